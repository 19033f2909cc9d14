package dev.turnpike.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conformance.Wire.Event;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// What can be read, counted, cancelled and deleted once it is made.
final class OtherEndpoints {
    private static final String CONVERSATIONS = "/v1/conversations";

    private OtherEndpoints() {}

    static List<Scenario> scenarios() {
        List<Scenario> all = new ArrayList<>(responses());
        all.addAll(conversations());
        all.addAll(items());
        all.addAll(models());
        return all;
    }

    private static List<Scenario> responses() {
        return List.of(
                new Scenario("GET /responses/{id}", "gives the response", wire -> {
                    JsonNode made = wire.create("+{}");
                    assertThat(wire.ok("GET", at(made), "")).isEqualTo(made);
                }),
                new Scenario(
                        "GET /responses/{id}",
                        "of store:false is not there",
                        wire -> assertThat(wire.send("GET", at(wire.create("+{\"store\":false}")), "")
                                        .statusCode())
                                .isEqualTo(404)),
                new Scenario("GET /responses/{id}", "streams again what streamed in the background", wire -> {
                    List<Event> events =
                            wire.stream("/v1/responses", Wire.body("+{\"stream\":true,\"background\":true}"));
                    String id = events.getFirst().json().at("/response/id").asString();
                    assertThat(wire.stream("/v1/responses/" + id + "?stream=true", ""))
                            .isEqualTo(events);
                    assertThat(wire.stream("/v1/responses/" + id + "?stream=true&starting_after=3", ""))
                            .isEqualTo(events.subList(4, events.size()));
                }),
                new Scenario(
                        "GET /responses/{id}",
                        "can't stream what did not",
                        wire -> assertThat(wire.send("GET", at(wire.create("+{}")) + "?stream=true", "")
                                        .statusCode())
                                .isEqualTo(400)),
                new Scenario("DELETE /responses/{id}", "says so, and then it is gone", wire -> {
                    JsonNode made = wire.create("+{}");
                    assertThat(wire.ok("DELETE", at(made), ""))
                            .isEqualTo(Wire.MAPPER.readTree(
                                    "{\"id\":" + made.path("id") + ",\"object\":\"response\",\"deleted\":true}"));
                    assertThat(wire.send("GET", at(made), "").statusCode()).isEqualTo(404);
                }),
                new Scenario("POST /responses/{id}/cancel", "is for background runs", wire -> {
                    HttpResponse<String> answer = wire.send("POST", at(wire.create("+{}")) + "/cancel", "");
                    assertThat(answer.statusCode()).isEqualTo(400);
                    assertThat(answer.body()).contains("Cannot cancel a synchronous response.");
                }),
                new Scenario("POST /responses/{id}/cancel", "can be repeated", wire -> {
                    JsonNode made = wire.create("+{\"background\":true,\"input\":\"[endless]\"}");
                    assertThat(wire.ok("POST", at(made) + "/cancel", "").path("id"))
                            .isEqualTo(made.path("id"));
                    JsonNode again = wire.ok("POST", at(made) + "/cancel", "");
                    assertThat(again.path("status").asString()).isIn("cancelled", "in_progress", "queued");
                }),
                new Scenario("GET /responses/{id}/input_items", "are a list of what was asked", wire -> {
                    JsonNode made = wire.create("+{\"input\":[{\"role\":\"user\",\"content\":\"A\"},"
                            + "{\"role\":\"user\",\"content\":\"B\"}]}");
                    JsonNode newest = wire.ok("GET", at(made) + "/input_items?limit=1", "");
                    assertThat(newest.path("object").asString()).isEqualTo("list");
                    assertThat(newest.at("/data/0/content/0/text").asString()).isEqualTo("B");
                    assertThat(newest.path("has_more").asBoolean()).isTrue();
                    assertThat(newest.path("first_id")).isEqualTo(newest.at("/data/0/id"));
                    JsonNode rest = wire.ok(
                            "GET",
                            at(made) + "/input_items?after="
                                    + newest.path("last_id").asString(),
                            "");
                    assertThat(rest.at("/data/0/content/0/text").asString()).isEqualTo("A");
                    assertThat(rest.path("has_more").asBoolean()).isFalse();
                    assertThat(wire.ok("GET", at(made) + "/input_items?order=asc", "")
                                    .at("/data/0/content/0/text")
                                    .asString())
                            .isEqualTo("A");
                }),
                new Scenario("POST /responses/input_tokens", "counts and asks nothing", wire -> {
                    JsonNode counted = wire.ok("POST", "/v1/responses/input_tokens", Wire.body("+{}"));
                    assertThat(counted.propertyNames()).containsExactlyInAnyOrder("object", "input_tokens");
                    assertThat(counted.path("object").asString()).isEqualTo("response.input_tokens");
                    assertThat(counted.path("input_tokens").asInt()).isPositive();
                }),
                new Scenario("POST /responses/compact", "gives the next input", wire -> {
                    JsonNode compacted =
                            wire.ok("POST", "/v1/responses/compact", Wire.body("+{\"input\":\"My name is Ada.\"}"));
                    assertThat(compacted.path("object").asString()).isEqualTo("response.compaction");
                    assertThat(compacted.path("created_at").isInt()).isTrue();
                    assertThat(compacted.at("/usage/total_tokens").asInt()).isPositive();
                    JsonNode output = compacted.path("output");
                    assertThat(output.get(output.size() - 1).propertyNames())
                            .containsExactlyInAnyOrder("id", "type", "encrypted_content");
                    String input = output.toString();
                    assertThat(wire.create("+{\"input\":" + input.substring(0, input.length() - 1)
                                            + ",{\"role\":\"user\",\"content\":\"What is my name?\"}]}")
                                    .toString())
                            .contains("Your name is Ada");
                }),
                new Scenario("POST /responses/compact", "makes no response", wire -> {
                    JsonNode compacted = wire.ok("POST", "/v1/responses/compact", Wire.body("+{}"));
                    assertThat(wire.send("GET", at(compacted), "").statusCode()).isEqualTo(404);
                }));
    }

    private static List<Scenario> conversations() {
        return List.of(
                new Scenario("POST /conversations", "needs no body", wire -> {
                    JsonNode made = wire.ok("POST", CONVERSATIONS, "");
                    assertThat(made.propertyNames())
                            .containsExactlyInAnyOrder("id", "object", "created_at", "metadata");
                    assertThat(made.path("id").asString()).startsWith("conv_");
                    assertThat(made.path("object").asString()).isEqualTo("conversation");
                    assertThat(made.path("metadata").isEmpty()).isTrue();
                }),
                new Scenario(
                        "POST /conversations",
                        "takes at most 20 items",
                        wire -> assertThat(wire.send("POST", CONVERSATIONS, "{\"items\":[" + messages(21) + "]}")
                                        .statusCode())
                                .isEqualTo(400)),
                new Scenario("GET /conversations/{id}", "gives it", wire -> {
                    JsonNode made = wire.ok("POST", CONVERSATIONS, "{\"metadata\":{\"a\":\"b\"}}");
                    assertThat(wire.ok("GET", path(made), "")).isEqualTo(made);
                }),
                new Scenario("GET /conversations", "lists them, newest first", wire -> {
                    JsonNode made = wire.ok("POST", CONVERSATIONS, "");
                    assertThat(wire.ok("GET", CONVERSATIONS + "?limit=1", "").at("/data/0"))
                            .isEqualTo(made);
                }),
                new Scenario("POST /conversations/{id}", "replaces the metadata", wire -> {
                    JsonNode made = wire.ok("POST", CONVERSATIONS, "{\"metadata\":{\"a\":\"b\"}}");
                    assertThat(wire.ok("POST", path(made), "{\"metadata\":{\"c\":\"d\"}}")
                                    .path("metadata"))
                            .isEqualTo(Wire.MAPPER.readTree("{\"c\":\"d\"}"));
                }),
                new Scenario(
                        "POST /conversations/{id}",
                        "needs metadata",
                        wire -> assertThat(wire.send("POST", path(wire.ok("POST", CONVERSATIONS, "")), "{}")
                                        .statusCode())
                                .isEqualTo(400)),
                new Scenario("DELETE /conversations/{id}", "says so, and then it is gone", wire -> {
                    JsonNode made = wire.ok("POST", CONVERSATIONS, "");
                    assertThat(wire.ok("DELETE", path(made), ""))
                            .isEqualTo(Wire.MAPPER.readTree("{\"id\":" + made.path("id")
                                    + ",\"object\":\"conversation.deleted\",\"deleted\":true}"));
                    assertThat(wire.send("GET", path(made), "").statusCode()).isEqualTo(404);
                }));
    }

    private static List<Scenario> items() {
        return List.of(
                new Scenario("GET /conversations/{id}/items", "are a list", wire -> {
                    JsonNode made = wire.ok("POST", CONVERSATIONS, "{\"items\":[" + messages(3) + "]}");
                    JsonNode list = wire.ok("GET", path(made) + "/items?limit=2&order=asc", "");
                    assertThat(list.propertyNames())
                            .containsExactlyInAnyOrder("object", "data", "first_id", "last_id", "has_more");
                    assertThat(list.path("data").size()).isEqualTo(2);
                    assertThat(list.at("/data/0/content/0/text").asString()).isEqualTo("0");
                    assertThat(list.path("has_more").asBoolean()).isTrue();
                }),
                new Scenario("GET /conversations/{id}/items", "have what a response read and wrote", wire -> {
                    JsonNode made = wire.ok("POST", CONVERSATIONS, "");
                    wire.create("+{\"conversation\":" + made.path("id") + "}");
                    JsonNode list = wire.ok("GET", path(made) + "/items?order=asc", "");
                    assertThat(list.path("data").values().stream()
                                    .map(item -> item.path("role").asString()))
                            .containsExactly("user", "assistant");
                }),
                new Scenario("POST /conversations/{id}/items", "adds them", wire -> {
                    JsonNode made = wire.ok("POST", CONVERSATIONS, "");
                    JsonNode added = wire.ok("POST", path(made) + "/items", "{\"items\":[" + messages(2) + "]}");
                    assertThat(added.path("object").asString()).isEqualTo("list");
                    assertThat(wire.ok("GET", path(made) + "/items?order=asc", "")
                                    .path("data"))
                            .isEqualTo(added.path("data"));
                }),
                new Scenario(
                        "POST /conversations/{id}/items",
                        "at most 20",
                        wire -> assertThat(wire.send(
                                                "POST",
                                                path(wire.ok("POST", CONVERSATIONS, "")) + "/items",
                                                "{\"items\":[" + messages(21) + "]}")
                                        .statusCode())
                                .isEqualTo(400)),
                new Scenario("GET /conversations/{id}/items/{item}", "gives the item", wire -> {
                    JsonNode made = wire.ok("POST", CONVERSATIONS, "{\"items\":[" + messages(1) + "]}");
                    JsonNode item = wire.ok("GET", path(made) + "/items", "").at("/data/0");
                    assertThat(wire.ok(
                                    "GET",
                                    path(made) + "/items/" + item.path("id").asString(),
                                    ""))
                            .isEqualTo(item);
                }),
                new Scenario("DELETE /conversations/{id}/items/{item}", "gives the conversation", wire -> {
                    JsonNode made = wire.ok("POST", CONVERSATIONS, "{\"items\":[" + messages(1) + "]}");
                    String item = wire.ok("GET", path(made) + "/items", "")
                            .at("/data/0/id")
                            .asString();
                    assertThat(wire.ok("DELETE", path(made) + "/items/" + item, ""))
                            .isEqualTo(made);
                    assertThat(wire.send("GET", path(made) + "/items/" + item, "")
                                    .statusCode())
                            .isEqualTo(404);
                }));
    }

    private static List<Scenario> models() {
        return List.of(
                new Scenario("GET /models", "is a list", wire -> {
                    JsonNode list = wire.ok("GET", "/v1/models", "");
                    assertThat(list.path("object").asString()).isEqualTo("list");
                    assertThat(list.path("data").values())
                            .isNotEmpty()
                            .allSatisfy(model -> assertThat(model.propertyNames())
                                    .containsExactlyInAnyOrder("id", "object", "created", "owned_by"));
                }),
                new Scenario(
                        "GET /models/{id}",
                        "gives one",
                        wire -> assertThat(wire.ok("GET", "/v1/models/gpt-4o", "")
                                        .path("id")
                                        .asString())
                                .isEqualTo("gpt-4o")),
                new Scenario("GET /models/{id}", "refuses others", wire -> {
                    HttpResponse<String> answer = wire.send("GET", "/v1/models/claude", "");
                    assertThat(answer.statusCode()).isEqualTo(404);
                    Case.isError(answer, "model_not_found", "model");
                }));
    }

    private static String at(JsonNode response) {
        return "/v1/responses/" + response.path("id").asString();
    }

    private static String path(JsonNode conversation) {
        return CONVERSATIONS + "/" + conversation.path("id").asString();
    }

    private static String messages(int count) {
        List<String> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add("{\"role\":\"user\",\"content\":\"" + i + "\"}");
        }
        return String.join(",", messages);
    }
}
