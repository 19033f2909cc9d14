package dev.turnpike.responses;

import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.conversation.Item;
import dev.turnpike.run.Run;
import dev.turnpike.run.Run.ServedBy;
import dev.turnpike.run.RunError;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StopReason;
import java.io.OutputStream;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Renders a run as the API's `response` object, with every field that Open Responses asks for and one extension,
/// `turnpike`, that says what the run cost.
public final class ResponseWriter {
    /// The codes that clients' types know; the message says the rest.
    private static final List<String> KNOWN_ERROR_CODES = List.of("server_error", "rate_limit_exceeded");

    private final JsonMapper mapper;
    private final Function<String, Optional<String>> warnings;

    /// @param warnings what whoever names a model must be told of it
    public ResponseWriter(JsonMapper mapper, Function<String, Optional<String>> warnings) {
        this.mapper = mapper;
        this.warnings = warnings;
    }

    public JsonMapper mapper() {
        return mapper;
    }

    /// @param output the run's output items so far
    public void write(OutputStream out, Run run, List<Item> output) {
        try (JsonGenerator json = mapper.createGenerator(out)) {
            write(json, run, output);
        }
    }

    public String text(Run run, List<Item> output) {
        var text = new StringWriter();
        try (JsonGenerator json = mapper.createGenerator(text)) {
            write(json, run, output);
        }
        return text.toString();
    }

    /// The same of a run that has only summarised: OpenAI's `response.compaction`.
    public void writeCompaction(OutputStream out, Run run, List<Item> output) {
        try (JsonGenerator json = mapper.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringProperty("id", run.key().responseId());
            json.writeStringProperty("object", "response.compaction");
            json.writeNumberProperty("created_at", run.createdAt().getEpochSecond());
            json.writeArrayPropertyStart("output");
            ItemWriter.output(json, output, true);
            json.writeEndArray();
            usage(json, run);
            turnpike(json, run);
            json.writeEndObject();
        }
    }

    void write(JsonGenerator json, Run run, List<Item> output) {
        JsonNode asked = mapper.readTree(run.request().wire());
        json.writeStartObject();
        json.writeStringProperty("id", run.key().responseId());
        json.writeStringProperty("object", "response");
        json.writeNumberProperty("created_at", run.createdAt().getEpochSecond());
        time(json, "completed_at", run.status() == RunStatus.COMPLETED ? run.endedAt() : null);
        json.writeStringProperty("status", run.status().name().toLowerCase(Locale.ROOT));
        json.writeBooleanProperty("background", run.request().background());
        error(json, run.error());
        incompleteDetails(json, run.stopReason());
        json.writeArrayPropertyStart("output");
        ItemWriter.output(json, output, run.status().terminal());
        json.writeEndArray();
        usage(json, run);
        echo(json, run, asked);
        turnpike(json, run);
        json.writeEndObject();
    }

    private static void error(JsonGenerator json, @Nullable RunError error) {
        if (error == null) {
            json.writeNullProperty("error");
            return;
        }
        json.writeObjectPropertyStart("error");
        boolean known = KNOWN_ERROR_CODES.contains(error.code());
        json.writeStringProperty("code", known ? error.code() : "server_error");
        json.writeStringProperty("message", error.message());
        Map<String, String> details = new TreeMap<>(error.details());
        if (!known) {
            details.put("code", error.code());
        }
        WireJson.details(json, details);
        json.writeEndObject();
    }

    private static void incompleteDetails(JsonGenerator json, @Nullable StopReason reason) {
        if (reason == null || reason.status() != RunStatus.INCOMPLETE) {
            json.writeNullProperty("incomplete_details");
            return;
        }
        json.writeObjectPropertyStart("incomplete_details");
        json.writeStringProperty("reason", reason.wireReason());
        json.writeEndObject();
    }

    private static void usage(JsonGenerator json, Run run) {
        if (!run.status().terminal()) {
            json.writeNullProperty("usage");
            return;
        }
        Totals spent = run.spent();
        json.writeObjectPropertyStart("usage");
        json.writeNumberProperty("input_tokens", spent.inputTokens());
        json.writeObjectPropertyStart("input_tokens_details");
        json.writeNumberProperty("cached_tokens", spent.cachedTokens());
        json.writeNumberProperty("cache_write_tokens", spent.cacheWriteTokens());
        json.writeEndObject();
        json.writeNumberProperty("output_tokens", spent.outputTokens());
        json.writeObjectPropertyStart("output_tokens_details");
        json.writeNumberProperty("reasoning_tokens", spent.reasoningTokens());
        json.writeEndObject();
        json.writeNumberProperty("total_tokens", spent.inputTokens() + spent.outputTokens());
        json.writeEndObject();
    }

    private void echo(JsonGenerator json, Run run, JsonNode asked) {
        json.writeStringProperty("model", run.request().model());
        ItemWriter.text(json, "instructions", run.request().instructions());
        orNull(json, asked, "previous_response_id");
        if (given(asked, "conversation")) {
            json.writeObjectPropertyStart("conversation");
            json.writeStringProperty("id", run.key().conversation().wireId());
            json.writeEndObject();
        }
        or(json, asked, "temperature", "1.0");
        or(json, asked, "top_p", "1.0");
        or(json, asked, "top_logprobs", "0");
        or(json, asked, "presence_penalty", "0");
        or(json, asked, "frequency_penalty", "0");
        orNull(json, asked, "max_output_tokens");
        orNull(json, asked, "max_tool_calls");
        or(json, asked, "parallel_tool_calls", "true");
        or(json, asked, "store", "true");
        or(json, asked, "truncation", "\"auto\"");
        json.writeStringProperty("service_tier", SharedFields.tier(run.request().lane()));
        or(json, asked, "metadata", "{}");
        or(json, asked, "tool_choice", "\"auto\"");
        tools(json, asked.path("tools"));
        text(json, asked.path("text"));
        reasoning(json, asked.path("reasoning"));
        orNull(json, asked, "user");
        orNull(json, asked, "safety_identifier");
        orNull(json, asked, "prompt_cache_key");
        orNull(json, asked, "prompt_cache_retention");
    }

    private void tools(JsonGenerator json, JsonNode tools) {
        json.writeArrayPropertyStart("tools");
        for (JsonNode tool : tools) {
            if (!tool.path("type").asString("").equals("function")) {
                mapper.writeTree(json, tool);
                continue;
            }
            json.writeStartObject();
            json.writeStringProperty("type", "function");
            json.writeStringProperty("name", tool.path("name").asString());
            orNull(json, tool, "description");
            orNull(json, tool, "parameters");
            orNull(json, tool, "strict");
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void text(JsonGenerator json, JsonNode text) {
        json.writeObjectPropertyStart("text");
        or(json, text, "format", "{\"type\":\"text\"}");
        if (given(text, "verbosity")) {
            orNull(json, text, "verbosity");
        }
        json.writeEndObject();
    }

    private void reasoning(JsonGenerator json, JsonNode reasoning) {
        json.writeObjectPropertyStart("reasoning");
        orNull(json, reasoning, "effort");
        orNull(json, reasoning, "summary");
        json.writeEndObject();
    }

    /// Ours: what the run cost, by which prices, in how many steps and tries, and how fast its first token came.
    public void turnpike(JsonGenerator json, Run run) {
        Totals spent = run.spent();
        json.writeObjectPropertyStart("turnpike");
        if (spent.unpricedSteps() > 0 || run.priceVersion() == null) {
            json.writeNullProperty("cost_usd");
        } else {
            json.writeNumberProperty("cost_usd", BigDecimal.valueOf(spent.costMicros(), 6));
        }
        ItemWriter.text(json, "price_version", run.priceVersion());
        json.writeNumberProperty("steps", run.step());
        json.writeNumberProperty("attempts", run.fence());
        served(json, run.servedBy());
        if (run.ttftMillis() < 0) {
            json.writeNullProperty("ttft_ms");
        } else {
            json.writeNumberProperty("ttft_ms", run.ttftMillis());
        }
        if (run.status().terminal()) {
            warnings.apply(run.request().model()).ifPresent(warning -> {
                json.writeArrayPropertyStart("warnings");
                json.writeString(warning).writeEndArray();
            });
        }
        json.writeEndObject();
    }

    private static void served(JsonGenerator json, ServedBy servedBy) {
        if (!servedBy.otherModels().isEmpty()) {
            json.writeArrayPropertyStart("fallback_models");
            servedBy.otherModels().stream().sorted().forEach(json::writeString);
            json.writeEndArray();
        }
        if (servedBy.stepsFromCache() > 0) {
            json.writeNumberProperty("steps_from_cache", servedBy.stepsFromCache());
        }
    }

    private void orNull(JsonGenerator json, JsonNode from, String name) {
        or(json, from, name, "null");
    }

    /// @param otherwise JSON text for what was not given
    private void or(JsonGenerator json, JsonNode from, String name, String otherwise) {
        json.writeName(name);
        if (given(from, name)) {
            mapper.writeTree(json, from.get(name));
        } else {
            json.writeRawValue(otherwise);
        }
    }

    private static boolean given(JsonNode from, String name) {
        JsonNode value = from.get(name);
        return value != null && !value.isNull();
    }

    private static void time(JsonGenerator json, String name, @Nullable Instant at) {
        if (at == null) {
            json.writeNullProperty(name);
        } else {
            json.writeNumberProperty(name, at.getEpochSecond());
        }
    }
}
