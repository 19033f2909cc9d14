package dev.turnpike.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conformance.Wire.Event;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// The chunks of a chat completion that streams.
final class CompletionStreams {
    private static final String FUNCTION =
            "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"tool_choice\":\"required\",";

    private CompletionStreams() {}

    static List<Scenario> scenarios() {
        return List.of(
                new Scenario(
                        "chunk",
                        "has its fields",
                        wire -> assertThat(stream(wire, "")).allSatisfy(chunk -> {
                            assertThat(chunk.propertyNames()).contains("id", "object", "created", "model", "choices");
                            assertThat(chunk.path("object").asString()).isEqualTo("chat.completion.chunk");
                        })),
                new Scenario("chunk", "id and created are the same in all", wire -> {
                    List<JsonNode> chunks = stream(wire, "");
                    assertThat(chunks.stream().map(chunk -> chunk.path("id")).distinct())
                            .hasSize(1);
                    assertThat(chunks.stream()
                                    .map(chunk -> chunk.path("created"))
                                    .distinct())
                            .hasSize(1);
                }),
                new Scenario(
                        "chunk",
                        "has no event line",
                        wire -> assertThat(wire.stream("/v1/chat/completions", body("")))
                                .allSatisfy(event -> assertThat(event.name()).isEmpty())),
                new Scenario("delta", "the role comes first, and once", wire -> {
                    List<JsonNode> chunks = stream(wire, "");
                    assertThat(chunks.getFirst().at("/choices/0/delta/role").asString())
                            .isEqualTo("assistant");
                    assertThat(chunks.stream()
                                    .filter(chunk ->
                                            !chunk.at("/choices/0/delta/role").isMissingNode()))
                            .hasSize(1);
                }),
                new Scenario("delta", "a call's id and name come once, in its first", wire -> {
                    List<JsonNode> calls = new ArrayList<>();
                    stream(wire, FUNCTION)
                            .forEach(chunk ->
                                    chunk.at("/choices/0/delta/tool_calls").forEach(calls::add));
                    assertThat(calls.getFirst().path("id").asString("")).isNotEmpty();
                    assertThat(calls.getFirst().at("/function/name").asString()).isEqualTo("f");
                    assertThat(calls.subList(1, calls.size()))
                            .allSatisfy(call -> assertThat(call.has("id")).isFalse());
                }),
                new Scenario("finish_reason", "comes exactly once", wire -> {
                    for (String more : List.of("", FUNCTION)) {
                        assertThat(stream(wire, more).stream()
                                        .map(chunk -> chunk.at("/choices/0/finish_reason"))
                                        .filter(JsonNode::isString))
                                .hasSize(1);
                    }
                }),
                new Scenario(
                        "usage",
                        "only when asked for",
                        wire -> assertThat(stream(wire, ""))
                                .noneMatch(chunk -> chunk.path("usage").isObject())),
                new Scenario("usage", "when asked for, is null in all and comes in one more", wire -> {
                    List<JsonNode> chunks = stream(wire, "\"stream_options\":{\"include_usage\":true},");
                    assertThat(chunks.subList(0, chunks.size() - 1)).allSatisfy(chunk -> {
                        assertThat(chunk.has("usage")).isTrue();
                        assertThat(chunk.path("usage").isNull()).isTrue();
                    });
                    assertThat(chunks.getLast().path("choices").size()).isZero();
                    assertThat(chunks.getLast().at("/usage/total_tokens").asInt())
                            .isPositive();
                }),
                new Scenario("store", "a stored completion can be read and deleted", wire -> {
                    JsonNode made = wire.ok(
                            "POST",
                            "/v1/chat/completions",
                            body("\"store\":true,").replace("\"stream\":true,", ""));
                    String path = "/v1/chat/completions/" + made.path("id").asString();
                    assertThat(wire.ok("GET", path, "").path("choices")).isEqualTo(made.path("choices"));
                    assertThat(wire.ok("DELETE", path, "").path("deleted").asBoolean())
                            .isTrue();
                    assertThat(wire.send("GET", path, "").statusCode()).isEqualTo(404);
                }));
    }

    private static List<JsonNode> stream(Wire wire, String more) {
        return wire.stream("/v1/chat/completions", body(more)).stream()
                .map(Event::json)
                .toList();
    }

    private static String body(String more) {
        return "{\"model\":\"gpt-4o-mini\",\"stream\":true," + more
                + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    }
}
