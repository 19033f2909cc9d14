package dev.turnpike.completions;

import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.conversation.Item;
import dev.turnpike.responses.ResponseWriter;
import dev.turnpike.responses.SharedFields;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunKey;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Renders a run that has ended as a `chat.completion` object, with the same extension, `turnpike`, as a response.
public final class CompletionWriter {
    private static final String PREFIX = "chatcmpl-";
    private static final String RESPONSE_PREFIX = "resp_";

    private final JsonMapper mapper;
    private final ResponseWriter responses;

    /// @param responses writes what both APIs' objects have
    public CompletionWriter(ResponseWriter responses) {
        this.mapper = responses.mapper();
        this.responses = responses;
    }

    JsonMapper mapper() {
        return mapper;
    }

    /// The run's id on this wire.
    public static String id(Run run) {
        return PREFIX + run.key().responseId().substring(RESPONSE_PREFIX.length());
    }

    /// The run that such an id of this tenant names; empty when it is not of that form.
    public static Optional<RunKey> key(String tenant, String id) {
        return id.startsWith(PREFIX)
                ? RunKey.parse(tenant, RESPONSE_PREFIX + id.substring(PREFIX.length()))
                : Optional.empty();
    }

    /// The `finish_reason` of a run; empty when it ended without an answer that could have one. A limit of ours that
    /// cut the run short looks to its caller as one on tokens does.
    static Optional<String> finishReason(Run run) {
        return Optional.ofNullable(
                switch (run.stopReason()) {
                    case null -> null;
                    case ANSWERED, APPROVAL -> "stop";
                    case CLIENT_TOOLS -> "tool_calls";
                    case MAX_OUTPUT_TOKENS, MAX_STEPS, SPENDING_CAP, REPEATED_CALLS, DEADLINE -> "length";
                    case CONTENT_FILTER -> "content_filter";
                    case OUTCOME_UNKNOWN, CANCELLED, ERROR -> null;
                });
    }

    /// Whether the run has an answer to show: otherwise [CompletionFailures] says what came of it.
    public static boolean answered(Run run) {
        return finishReason(run).isPresent();
    }

    /// @param run has an answer
    /// @param output its output items
    public void write(OutputStream out, Run run, List<Item> output) {
        try (JsonGenerator json = mapper.createGenerator(out)) {
            json.writeStartObject();
            head(json, run, "chat.completion");
            json.writeArrayPropertyStart("choices");
            json.writeStartObject();
            json.writeNumberProperty("index", 0);
            message(json, CompletionMessage.of(output));
            json.writeNullProperty("logprobs");
            json.writeStringProperty("finish_reason", finishReason(run).orElseThrow());
            json.writeEndObject();
            json.writeEndArray();
            usage(json, run);
            metadata(json, run);
            turnpike(json, run);
            json.writeEndObject();
        }
    }

    void turnpike(JsonGenerator json, Run run) {
        responses.turnpike(json, run);
    }

    /// What an object and all of its chunks begin with.
    void head(JsonGenerator json, Run run, String object) {
        json.writeStringProperty("id", id(run));
        json.writeStringProperty("object", object);
        json.writeNumberProperty("created", run.createdAt().getEpochSecond());
        json.writeStringProperty("model", run.request().model());
        if (!mapper.readTree(run.request().wire())
                .path("service_tier")
                .asString("")
                .isEmpty()) {
            json.writeStringProperty(
                    "service_tier", SharedFields.tier(run.request().lane()));
        }
    }

    /// Of what is stored, as at OpenAI; on its way it would only come back to whoever sent it.
    private void metadata(JsonGenerator json, Run run) {
        JsonNode metadata = mapper.readTree(run.request().wire()).path("metadata");
        if (run.request().store() && metadata.isObject()) {
            json.writeName("metadata");
            mapper.writeTree(json, metadata);
        }
    }

    private static void message(JsonGenerator json, CompletionMessage message) {
        boolean silent = !message.calls().isEmpty() || !message.refusal().isEmpty();
        json.writeObjectPropertyStart("message");
        json.writeStringProperty("role", "assistant");
        text(json, "content", message.content().isEmpty() && silent ? null : message.content());
        text(json, "refusal", message.refusal().isEmpty() ? null : message.refusal());
        if (!message.reasoning().isEmpty()) {
            json.writeStringProperty("reasoning_content", message.reasoning());
        }
        if (!message.calls().isEmpty()) {
            json.writeArrayPropertyStart("tool_calls");
            message.calls().forEach(call -> call(json, call));
            json.writeEndArray();
        }
        json.writeArrayPropertyStart("annotations");
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void call(JsonGenerator json, Item.ToolCall call) {
        json.writeStartObject();
        json.writeStringProperty("id", call.callId());
        json.writeStringProperty("type", "function");
        json.writeObjectPropertyStart("function");
        json.writeStringProperty("name", call.name());
        json.writeStringProperty("arguments", call.arguments());
        json.writeEndObject();
        json.writeEndObject();
    }

    static void usage(JsonGenerator json, Run run) {
        Totals spent = run.spent();
        json.writeObjectPropertyStart("usage");
        json.writeNumberProperty("prompt_tokens", spent.inputTokens());
        json.writeNumberProperty("completion_tokens", spent.outputTokens());
        json.writeNumberProperty("total_tokens", spent.inputTokens() + spent.outputTokens());
        json.writeObjectPropertyStart("prompt_tokens_details");
        json.writeNumberProperty("cached_tokens", spent.cachedTokens());
        json.writeNumberProperty("audio_tokens", 0);
        json.writeEndObject();
        json.writeObjectPropertyStart("completion_tokens_details");
        json.writeNumberProperty("reasoning_tokens", spent.reasoningTokens());
        json.writeNumberProperty("audio_tokens", 0);
        json.writeNumberProperty("accepted_prediction_tokens", 0);
        json.writeNumberProperty("rejected_prediction_tokens", 0);
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void text(JsonGenerator json, String name, @Nullable String value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, value);
        }
    }
}
