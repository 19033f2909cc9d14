package dev.turnpike.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Every field of the response object, as OpenAI and Open Responses ask for it together.
final class ResponseObject {
    /// The field, and what it must be: a type, or several.
    private static final Map<String, String> FIELDS = Map.ofEntries(
            Map.entry("id", "string"),
            Map.entry("object", "string"),
            Map.entry("created_at", "integer"),
            Map.entry("completed_at", "integer"),
            Map.entry("status", "string"),
            Map.entry("incomplete_details", "null"),
            Map.entry("model", "string"),
            Map.entry("previous_response_id", "null"),
            Map.entry("instructions", "null"),
            Map.entry("output", "array"),
            Map.entry("error", "null"),
            Map.entry("tools", "array"),
            Map.entry("tool_choice", "string"),
            Map.entry("truncation", "string"),
            Map.entry("parallel_tool_calls", "boolean"),
            Map.entry("text", "object"),
            Map.entry("top_p", "number"),
            Map.entry("presence_penalty", "number"),
            Map.entry("frequency_penalty", "number"),
            Map.entry("top_logprobs", "integer"),
            Map.entry("temperature", "number"),
            Map.entry("reasoning", "object"),
            Map.entry("usage", "object"),
            Map.entry("max_output_tokens", "null"),
            Map.entry("max_tool_calls", "null"),
            Map.entry("store", "boolean"),
            Map.entry("background", "boolean"),
            Map.entry("service_tier", "string"),
            Map.entry("metadata", "object"),
            Map.entry("safety_identifier", "null"),
            Map.entry("prompt_cache_key", "null"),
            Map.entry("prompt_cache_retention", "null"),
            Map.entry("user", "null"),
            Map.entry("turnpike", "object"));

    private ResponseObject() {}

    static List<Scenario> scenarios() {
        List<Scenario> scenarios = new ArrayList<>();
        FIELDS.forEach((name, type) -> scenarios.add(new Scenario(name, "is there, and " + type, wire -> {
            JsonNode field = wire.create("+{}").get(name);
            assertThat(field).as(name).isNotNull();
            assertThat(kind(field)).isIn(type, type.equals("number") ? "integer" : type);
        })));
        scenarios.add(new Scenario("completed_at", "only when completed", wire -> {
            assertThat(wire.create("+{\"max_output_tokens\":16}")
                            .path("completed_at")
                            .isNull())
                    .isTrue();
        }));
        scenarios.add(new Scenario("conversation", "only when one is used", wire -> {
            assertThat(wire.create("+{}").has("conversation")).isFalse();
            String id = wire.ok("POST", "/v1/conversations", "").path("id").asString();
            assertThat(wire.create("+{\"conversation\":\"" + id + "\"}")
                            .at("/conversation/id")
                            .asString())
                    .isEqualTo(id);
        }));
        scenarios.add(new Scenario("usage", "has its details, and adds up", wire -> {
            JsonNode usage = wire.create("+{}").path("usage");
            assertThat(usage.at("/input_tokens_details/cached_tokens").isInt()).isTrue();
            assertThat(usage.at("/output_tokens_details/reasoning_tokens").isInt())
                    .isTrue();
            assertThat(usage.path("total_tokens").asLong())
                    .isEqualTo(usage.path("input_tokens").asLong()
                            + usage.path("output_tokens").asLong());
        }));
        scenarios.add(new Scenario("output", "optional fields are left out, not null", wire -> {
            JsonNode message = wire.create("+{}").at("/output/0");
            assertThat(message.propertyNames()).containsExactlyInAnyOrder("id", "type", "status", "role", "content");
            assertThat(message.at("/content/0").propertyNames())
                    .containsExactlyInAnyOrder("type", "text", "annotations", "logprobs");
        }));
        scenarios.add(new Scenario("output", "sent back as it is, it is the next input", wire -> {
            JsonNode first = wire.create("+{\"input\":\"My name is Ada. What is 12 * 34?\"}");
            StringBuilder input = new StringBuilder("[{\"role\":\"user\",\"content\":\"My name is Ada.\"}");
            first.path("output").forEach(item -> input.append(',').append(item));
            input.append(",{\"role\":\"user\",\"content\":\"What is my name?\"}]");
            assertThat(wire.create("+{\"input\":" + input + "}").toString()).contains("Your name is Ada");
        }));
        scenarios.add(new Scenario("mcp_call", "is what the server ran, with its result", wire -> {
            JsonNode call = wire.create("+{\"input\":\"What is 12 * 34?\"}").at("/output/0");
            assertThat(call.path("type").asString()).isEqualTo("mcp_call");
            assertThat(call.path("server_label").asString()).isEqualTo("turnpike");
            assertThat(call.path("name").asString()).isEqualTo("calculate");
            assertThat(call.path("output").asString()).contains("408");
            assertThat(call.path("error").isNull()).isTrue();
            assertThat(call.path("status").asString()).isEqualTo("completed");
        }));
        return scenarios;
    }

    private static String kind(JsonNode node) {
        if (node.isIntegralNumber()) {
            return "integer";
        }
        return switch (node.getNodeType()) {
            case ARRAY -> "array";
            case BOOLEAN -> "boolean";
            case NULL -> "null";
            case NUMBER -> "number";
            case OBJECT -> "object";
            case STRING -> "string";
            case BINARY, MISSING, POJO -> "nothing";
        };
    }
}
