package dev.turnpike.responses;

import dev.turnpike.admission.Past;
import dev.turnpike.conversation.Item;
import dev.turnpike.run.Reply;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunError;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What travels on the requests and results queues: the body of a create request, answered by a response object, or
/// the envelope `{"key", "value": {…}}`, answered in kind.
public final class QueueMessages {
    /// What an envelope has beside the parameters of Chat Completions.
    private static final Set<String> OF_ENVELOPES =
            Set.of("user_email", "message", "context", "system_prompt", "images");

    private final JsonMapper mapper;
    private final RequestReader requests;
    private final ResponseWriter responses;

    public QueueMessages(JsonMapper mapper, RequestReader requests, ResponseWriter responses) {
        this.mapper = mapper;
        this.requests = requests;
        this.responses = responses;
    }

    /// @param user whom it names; empty for nobody
    /// @param reply how its answer is to be sent
    public record Received(CreateRequest request, String user, Reply reply) {}

    /// The `key` of a message, if it can be told: whoever gave one can be answered even when the rest is wrong.
    public Optional<String> key(String body) {
        try {
            JsonNode key = json(body).path("key");
            return key.isString() && !key.asString().isEmpty() ? Optional.of(key.asString()) : Optional.empty();
        } catch (ApiException _) {
            return Optional.empty();
        }
    }

    /// The message as it came.
    ///
    /// @throws ApiException it is no JSON
    public JsonNode json(String body) {
        return WireJson.read(mapper, body);
    }

    /// @param past what it can refer to
    /// @throws ApiException it can't be served; it says why
    public Received read(String body, Past past) {
        JsonNode json = json(body);
        Fields message = Fields.of(json, "");
        Optional<Fields> envelope = message.object("value");
        Map<String, JsonNode> parameters = envelope.map(this::parameters).orElse(Map.of());
        ObjectNode create = envelope.map(this::fromEnvelope).orElseGet(() -> (ObjectNode) json);
        create.put("background", true);
        create.remove(List.of("stream", "stream_options"));
        String key = envelope.isPresent() ? message.text("key").orElse("") : "";
        return new Received(
                requests.read(create, past, parameters),
                create.path("user").asString(""),
                new Reply(key, envelope.isPresent(), false));
    }

    private ObjectNode fromEnvelope(Fields value) {
        ObjectNode create = mapper.createObjectNode();
        value.text("model").ifPresent(model -> create.put("model", model));
        ArrayNode input = create.putArray("input");
        value.text("context")
                .ifPresent(text -> input.addObject().put("role", "developer").put("content", text));
        ObjectNode user = input.addObject().put("role", "user");
        ArrayNode content = user.putArray("content");
        content.addObject().put("type", "input_text").put("text", value.requiredText("message"));
        for (String image : value.texts("images")) {
            content.addObject().put("type", "input_image").put("image_url", image(image));
        }
        value.text("system_prompt").ifPresent(text -> create.put("instructions", text));
        value.text("user_email").ifPresent(text -> create.put("user", text));
        ChatFields.translate(value, create);
        SharedFields.verbosity(value)
                .ifPresent(verbosity -> create.putObject("text").put("verbosity", verbosity));
        return create;
    }

    /// What of an envelope goes on to the provider under its own name. Whatever else nobody knows is not looked at.
    private Map<String, JsonNode> parameters(Fields value) {
        ChatFields.validate(value);
        Map<String, JsonNode> parameters = ChatFields.ofChatAlone(value);
        for (Map.Entry<String, JsonNode> field : value.object().properties()) {
            String name = field.getKey();
            if (RequestFields.redirects(name)) {
                throw value.unknown(name);
            }
            if (!OF_ENVELOPES.contains(name) && value.has(name) && requests.passes(name)) {
                parameters.put(name, field.getValue());
            }
        }
        return parameters;
    }

    private static String image(String image) {
        return image.contains(":") ? image : "data:image/png;base64," + image;
    }

    /// The answer to a run's request.
    public String answer(Run run, Reply reply, List<Item> output) {
        if (!reply.envelope()) {
            return responses.text(run, output);
        }
        return envelope(reply.key(), run.endedAt(), json -> {
            RunError error = run.error();
            if (error != null) {
                error(json, error.code(), error.message());
            } else {
                json.writeStringProperty("response", text(output));
            }
            json.writeStringProperty("response_id", run.key().responseId());
            json.writeStringProperty("model", run.request().model());
            usage(json, run);
            json.writeStringProperty("finish_reason", finishReason(run));
            json.writeNumberProperty("processing_time", seconds(run));
        });
    }

    /// The answer to a message that could not be served.
    public String refusal(String key, ApiException refused, Instant at) {
        String code = refused.code() == null ? refused.type() : refused.code();
        return envelope(key, at, json -> error(json, code, String.valueOf(refused.getMessage())));
    }

    private interface Body {
        void write(JsonGenerator json);
    }

    private String envelope(String key, @Nullable Instant at, Body value) {
        var text = new StringWriter();
        try (JsonGenerator json = mapper.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringProperty("key", key);
            json.writeObjectPropertyStart("value");
            value.write(json);
            json.writeStringProperty("timestamp", String.valueOf(at));
            json.writeEndObject();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void error(JsonGenerator json, String code, String message) {
        json.writeObjectPropertyStart("error");
        json.writeStringProperty("code", code);
        json.writeStringProperty("message", message);
        json.writeEndObject();
    }

    private static void usage(JsonGenerator json, Run run) {
        json.writeObjectPropertyStart("usage");
        json.writeNumberProperty("prompt_tokens", run.spent().inputTokens());
        json.writeNumberProperty("completion_tokens", run.spent().outputTokens());
        json.writeNumberProperty(
                "total_tokens", run.spent().inputTokens() + run.spent().outputTokens());
        json.writeEndObject();
    }

    private static String text(List<Item> output) {
        var text = new StringBuilder();
        for (Item item : output) {
            if (item instanceof Item.Message message) {
                text.append(message.text());
            }
        }
        return text.toString();
    }

    private static String finishReason(Run run) {
        return switch (run.stopReason()) {
            case null -> "error";
            case ANSWERED, APPROVAL -> "stop";
            case CLIENT_TOOLS -> "tool_calls";
            case MAX_OUTPUT_TOKENS -> "length";
            case CONTENT_FILTER -> "content_filter";
            case MAX_STEPS, SPENDING_CAP, REPEATED_CALLS, DEADLINE, OUTCOME_UNKNOWN ->
                run.stopReason().wireReason();
            case CANCELLED -> "cancelled";
            case ERROR -> "error";
        };
    }

    private static double seconds(Run run) {
        Instant ended = run.endedAt() == null ? run.createdAt() : run.endedAt();
        return Duration.between(run.createdAt(), ended).toMillis() / 1_000.0;
    }
}
