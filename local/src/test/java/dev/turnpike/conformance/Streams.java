package dev.turnpike.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conformance.Wire.Event;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/// The events of a response that streams: which, in which order, and what stays the same from one to the next.
final class Streams {
    private static final List<String> FRAME = List.of("response.created", "response.in_progress");

    private Streams() {}

    static List<Scenario> scenarios() {
        return List.of(
                new Scenario("text", "comes in this order", wire -> {
                    List<String> types = types(stream(wire, "Hello"));
                    assertThat(types.subList(0, 4))
                            .containsExactly(
                                    "response.created",
                                    "response.in_progress",
                                    "response.output_item.added",
                                    "response.content_part.added");
                    assertThat(types.subList(4, types.size() - 4)).containsOnly("response.output_text.delta");
                    assertThat(types.subList(types.size() - 4, types.size()))
                            .containsExactly(
                                    "response.output_text.done",
                                    "response.content_part.done",
                                    "response.output_item.done",
                                    "response.completed");
                }),
                new Scenario("text", "deltas carry where they belong, and logprobs", wire -> {
                    JsonNode delta = first(stream(wire, "Hello"), "response.output_text.delta");
                    assertThat(delta.propertyNames())
                            .contains("item_id", "output_index", "content_index", "delta", "logprobs");
                }),
                new Scenario("text", "its deltas are the whole, at every ending", wire -> {
                    List<Event> events = stream(wire, "Hello");
                    StringBuilder text = new StringBuilder();
                    events.stream()
                            .filter(event -> event.type().equals("response.output_text.delta"))
                            .forEach(event ->
                                    text.append(event.json().path("delta").asString()));
                    assertThat(first(events, "response.output_text.done")
                                    .path("text")
                                    .asString())
                            .isEqualTo(text.toString());
                    assertThat(first(events, "response.content_part.done")
                                    .at("/part/text")
                                    .asString())
                            .isEqualTo(text.toString());
                    assertThat(first(events, "response.output_item.done")
                                    .at("/item/content/0/text")
                                    .asString())
                            .isEqualTo(text.toString());
                }),
                new Scenario("item", "begins empty", wire -> {
                    JsonNode added = first(stream(wire, "Hello"), "response.output_item.added")
                            .path("item");
                    assertThat(added.path("status").asString()).isEqualTo("in_progress");
                    assertThat(added.path("role").asString()).isEqualTo("assistant");
                    assertThat(added.path("content").size()).isZero();
                }),
                new Scenario("function_call", "comes in this order", wire -> {
                    List<Event> events = function(wire);
                    assertThat(types(events).stream().distinct())
                            .containsExactly(
                                    "response.created",
                                    "response.in_progress",
                                    "response.output_item.added",
                                    "response.function_call_arguments.delta",
                                    "response.function_call_arguments.done",
                                    "response.output_item.done",
                                    "response.completed");
                }),
                new Scenario("function_call", "begins with its name and no arguments", wire -> {
                    JsonNode added =
                            first(function(wire), "response.output_item.added").path("item");
                    assertThat(added.path("name").asString()).isEqualTo("f");
                    assertThat(added.path("call_id").asString()).isNotEmpty();
                    assertThat(added.path("arguments").asString("-")).isEmpty();
                }),
                new Scenario("function_call", "its end says name and arguments", wire -> {
                    JsonNode done = first(function(wire), "response.function_call_arguments.done");
                    assertThat(done.path("name").asString()).isEqualTo("f");
                    assertThat(done.propertyNames()).contains("item_id", "output_index", "arguments");
                }),
                new Scenario("mcp_call", "comes in this order", wire -> {
                    List<String> types = types(stream(wire, "What is 12 * 34?"));
                    assertThat(types)
                            .containsSubsequence(
                                    "response.output_item.added",
                                    "response.mcp_call_arguments.delta",
                                    "response.mcp_call_arguments.done",
                                    "response.mcp_call.in_progress",
                                    "response.mcp_call.completed",
                                    "response.output_item.done",
                                    "response.output_item.added",
                                    "response.output_text.delta",
                                    "response.completed");
                }),
                new Scenario(
                        "event",
                        "its name is its type",
                        wire -> assertThat(stream(wire, "What is 12 * 34?"))
                                .allSatisfy(event -> assertThat(event.name()).isEqualTo(event.type()))),
                new Scenario("sequence_number", "starts at 0 and grows by 1", wire -> {
                    List<Event> events = stream(wire, "What is 12 * 34?");
                    assertThat(events.stream()
                                    .map(event ->
                                            event.json().path("sequence_number").asInt()))
                            .containsExactlyElementsOf(
                                    IntStream.range(0, events.size()).boxed().toList());
                }),
                new Scenario("ids", "stay the same", wire -> {
                    List<Event> events = stream(wire, "What is 12 * 34?");
                    Set<String> responses = new HashSet<>();
                    Set<String> begun = new HashSet<>();
                    for (Event event : events) {
                        JsonNode json = event.json();
                        if (json.has("response")) {
                            responses.add(json.at("/response/id").asString());
                        }
                        if (event.type().equals("response.output_item.added")) {
                            begun.add(json.at("/item/id").asString());
                        }
                        if (json.has("item_id")) {
                            assertThat(begun).contains(json.path("item_id").asString());
                        }
                    }
                    assertThat(responses).hasSize(1);
                }),
                new Scenario("output_index", "is each item's own, from 0", wire -> {
                    List<Event> events = stream(wire, "What is 12 * 34?");
                    assertThat(events.stream()
                                    .filter(event -> event.type().equals("response.output_item.added"))
                                    .map(event ->
                                            event.json().path("output_index").asInt()))
                            .containsExactly(0, 1);
                }),
                new Scenario("completed", "has the items that were done, in their order", wire -> {
                    List<Event> events = stream(wire, "What is 12 * 34?");
                    List<JsonNode> done = events.stream()
                            .filter(event -> event.type().equals("response.output_item.done"))
                            .map(event -> event.json().path("item"))
                            .toList();
                    assertThat(events.getLast().json().at("/response/output").values())
                            .containsExactlyElementsOf(done);
                }),
                new Scenario("completed", "is the response that can be read", wire -> {
                    JsonNode response = stream(wire, "Hello").getLast().json().path("response");
                    assertThat(wire.ok(
                                    "GET",
                                    "/v1/responses/" + response.path("id").asString(),
                                    ""))
                            .isEqualTo(response);
                }),
                new Scenario("incomplete", "ends a stream that met its limit", wire -> {
                    List<Event> events =
                            wire.stream("/v1/responses", Wire.body("+{\"stream\":true,\"max_output_tokens\":16}"));
                    assertThat(events.getLast().type()).isEqualTo("response.incomplete");
                    assertThat(first(events, "response.output_item.done")
                                    .at("/item/status")
                                    .asString())
                            .isEqualTo("incomplete");
                }),
                new Scenario("error", "in the middle, is nested and followed by failed", wire -> {
                    List<Event> events = stream(wire, "[garbage] What is the weather like today?");
                    Event error = events.get(events.size() - 2);
                    assertThat(error.type()).isEqualTo("error");
                    assertThat(error.json().path("error").propertyNames())
                            .containsExactlyInAnyOrder("type", "code", "message", "param", "details");
                    assertThat(events.getLast().type()).isEqualTo("response.failed");
                    assertThat(events.getLast()
                                    .json()
                                    .at("/response/error/message")
                                    .asString())
                            .isNotEmpty();
                }),
                new Scenario(
                        "error",
                        "before the first byte, is plain HTTP",
                        wire -> assertThat(wire.send(
                                                "POST", "/v1/responses", "{\"model\":\"gpt-4o-mini\",\"stream\":true}")
                                        .statusCode())
                                .isEqualTo(400)),
                new Scenario("background", "begins queued", wire -> {
                    List<Event> events =
                            wire.stream("/v1/responses", Wire.body("+{\"stream\":true,\"background\":true}"));
                    assertThat(types(events).subList(0, 3))
                            .containsExactly("response.created", "response.queued", "response.in_progress");
                    assertThat(events.getLast().type()).isEqualTo("response.completed");
                }),
                new Scenario("created", "comes first, with the response in progress", wire -> {
                    List<Event> events = stream(wire, "Hello");
                    assertThat(types(events).subList(0, 2)).isEqualTo(FRAME);
                    assertThat(events.getFirst().json().at("/response/status").asString())
                            .isEqualTo("in_progress");
                    assertThat(events.getFirst().json().at("/response/output").size())
                            .isZero();
                }));
    }

    private static List<Event> stream(Wire wire, String input) {
        return wire.stream("/v1/responses", Wire.body("+{\"stream\":true,\"input\":\"" + input + "\"}"));
    }

    private static List<Event> function(Wire wire) {
        return wire.stream(
                "/v1/responses",
                Wire.body("+{\"stream\":true,\"tool_choice\":\"required\",\"tools\":[{\"type\":\"function\","
                        + "\"name\":\"f\",\"parameters\":{\"type\":\"object\",\"properties\":{\"a\":{\"type\":"
                        + "\"string\"}},\"required\":[\"a\"]}}]}"));
    }

    private static List<String> types(List<Event> events) {
        return events.stream().map(Event::type).toList();
    }

    private static JsonNode first(List<Event> events, String type) {
        return events.stream()
                .filter(event -> event.type().equals(type))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type))
                .json();
    }
}
