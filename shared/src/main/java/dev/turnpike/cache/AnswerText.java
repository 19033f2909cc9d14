package dev.turnpike.cache;

import dev.turnpike.model.ModelAnswer;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelAnswer.ToolCall;
import dev.turnpike.model.Served;
import dev.turnpike.tokens.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// An answer as it is kept: JSON with its version.
final class AnswerText {
    private static final int VERSION = 1;

    private final JsonMapper mapper;

    AnswerText(JsonMapper mapper) {
        this.mapper = mapper;
    }

    String write(ModelAnswer answer) {
        ObjectNode json = mapper.createObjectNode();
        json.put("version", VERSION);
        json.put("model", answer.served().model());
        json.put("finish", answer.finishReason().name());
        json.put("text", answer.text());
        json.put("refusal", answer.refusal());
        json.put("reasoning", answer.reasoning());
        ArrayNode calls = json.putArray("calls");
        for (ToolCall call : answer.toolCalls()) {
            calls.addObject().put("id", call.callId()).put("name", call.name()).put("arguments", call.arguments());
        }
        return mapper.writeValueAsString(json);
    }

    /// The answer, which nothing was used for; empty when another version wrote it.
    Optional<ModelAnswer> read(String text) {
        try {
            JsonNode json = mapper.readTree(text);
            return json.path("version").asInt(0) == VERSION ? Optional.of(answer(json)) : Optional.empty();
        } catch (JacksonException | IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static ModelAnswer answer(JsonNode json) {
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : json.path("calls")) {
            calls.add(new ToolCall(text(call, "id"), text(call, "name"), text(call, "arguments")));
        }
        return new ModelAnswer(
                text(json, "text"),
                text(json, "refusal"),
                text(json, "reasoning"),
                calls,
                FinishReason.valueOf(text(json, "finish")),
                Usage.NONE,
                Served.fromCache(text(json, "model")));
    }

    private static String text(JsonNode json, String name) {
        return json.path(name).asString("");
    }
}
