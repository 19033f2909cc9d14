package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.ScriptedModel.Script;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.node.ObjectNode;

/// Another tenant's id answers as an id that nobody has, and does nothing.
class TwoTenantsTest {
    private static final String ID = "{id}";
    private static final String ITEM = "{item}";

    /// Routes that take no id. A new route has its place here or among the requests below.
    private static final List<String> WITHOUT_IDS = List.of(
            "GET /health",
            "GET /openapi.json",
            "GET /v1/openapi.json",
            "GET /v1/models",
            "POST /v1/chat/completions",
            "GET /v1/conversations",
            "POST /v1/conversations",
            "GET /v1/organization/api_keys",
            "POST /v1/organization/api_keys",
            "GET /v1/organization/limits",
            "POST /v1/organization/limits",
            "GET /v1/organization/audit_logs",
            "GET /v1/organization/usage/completions",
            "GET /v1/organization/costs",
            "GET /v1/organization/statistics",
            "POST /v1/organization/statistics/reset",
            "GET /v1/usage");

    /// Of the operator's things, which are no tenant's.
    private static final List<String> ADMINS = List.of(
            "GET /v1/organization/api_keys/{id}",
            "POST /v1/organization/api_keys/{id}",
            "DELETE /v1/organization/api_keys/{id}",
            "POST /v1/organization/api_keys/{id}/rotate");

    /// What there is to name, and how its owner makes it.
    private enum Thing {
        RESPONSE(
                "POST /v1/responses",
                "{\"model\":\"gpt-4o\",\"input\":\"Where is the harbour?\",\"instructions\":\"Be brief.\"}"),
        QUEUED_RESPONSE("POST /v1/responses", "{\"model\":\"gpt-4o\",\"input\":\"Later.\",\"background\":true}"),
        RECORDED_RESPONSE(
                "POST /v1/responses", "{\"model\":\"gpt-4o\",\"input\":\"Live.\",\"background\":true,\"stream\":true}"),
        RESPONSE_WITH_CALL(
                "POST /v1/responses",
                "{\"model\":\"gpt-4o\",\"input\":\"Call.\",\"tools\":[{\"type\":\"function\",\"name\":\"tide\"}]}"),
        RESPONSE_WITH_PROPOSAL("POST /v1/responses", "{\"model\":\"gpt-4o\",\"input\":\"Look.\"}"),
        APPROVAL_REQUEST(
                "POST /v1/responses",
                "{\"model\":\"gpt-4o\",\"input\":\"Look.\",\"tools\":"
                        + "[{\"type\":\"mcp\",\"server_label\":\"turnpike\",\"require_approval\":\"always\"}]}"),
        CONVERSATION("POST /v1/conversations", "{}"),
        CONVERSATION_WITH_ITEM("POST /v1/conversations", "{\"items\":[{\"role\":\"user\",\"content\":\"Hello\"}]}"),
        CONVERSATION_WITH_FILE("POST /v1/conversations", "{}"),
        COMPLETION(
                "POST /v1/chat/completions",
                "{\"model\":\"gpt-4o\",\"store\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}");

        private final String route;
        private final String body;

        Thing(String route, String body) {
            this.route = route;
            this.body = body;
        }

        /// By one of the bench's own tenant.
        private String make(Bench bench) throws IOException {
            switch (this) {
                case RESPONSE_WITH_CALL -> bench.work.model.plays(Script.calls("tide"), Script.says("Hello."));
                case RESPONSE_WITH_PROPOSAL ->
                    bench.work.model.plays(Script.says("```sh\nls\n```"), Script.says("Hello."));
                case APPROVAL_REQUEST -> bench.work.model.plays(Script.calls("look"), Script.says("Hello."));
                default -> {}
            }
            Answer answer = bench.post(route.substring("POST ".length()), body);
            return switch (this) {
                case RECORDED_RESPONSE ->
                    answer.events().getFirst().at("/response/id").asString();
                case APPROVAL_REQUEST -> answer.json().at("/output/0/id").asString();
                case CONVERSATION_WITH_FILE ->
                    withFile(bench, answer.json().path("id").asString());
                default -> answer.json().path("id").asString();
            };
        }
    }

    private static String withFile(Bench bench, String conversation) throws IOException {
        String file = "{\"files\":[{\"path\":\"a.txt\",\"content\":\"secret\"}]}";
        assertThat(bench.post("/v1/conversations/" + conversation + "/workspace", file)
                        .status())
                .isEqualTo(200);
        return conversation;
    }

    /// A request that names an id: `{id}` in its route or its body.
    private record Asking(Thing thing, String route, Map<String, String> query, String body) {
        static Asking of(Thing thing, String route) {
            return new Asking(thing, route, Map.of(), "");
        }

        Asking with(String name, String value) {
            Map<String, String> more = new HashMap<>(query);
            more.put(name, value);
            return new Asking(thing, route, more, body);
        }

        /// @param json fields beside the model
        Asking sending(String json) {
            return new Asking(thing, route, query, "{\"model\":\"gpt-4o\"," + json + "}");
        }

        Asking posting(String json) {
            return new Asking(thing, route, query, json);
        }

        String name() {
            return thing + ": " + route + query + " " + body;
        }

        /// @param item of the owner's, where the route names one
        Answer send(Bench bench, String key, String id, String item) throws IOException {
            String[] line = route.replace(ID, id).replace(ITEM, item).split(" ", 2);
            Map<String, String> headers = Map.of("authorization", key);
            return bench.serve(
                    new HttpRequest("request-1", "192.0.2.1", line[0], line[1], headers, query, body.replace(ID, id)));
        }
    }

    private static Stream<Asking> requests() {
        return Stream.concat(named(), created());
    }

    private static Stream<Asking> named() {
        return Stream.of(
                Asking.of(Thing.RESPONSE, "GET /v1/responses/{id}"),
                Asking.of(Thing.RECORDED_RESPONSE, "GET /v1/responses/{id}").with("stream", "true"),
                Asking.of(Thing.RECORDED_RESPONSE, "GET /v1/responses/{id}")
                        .with("stream", "true")
                        .with("starting_after", "2"),
                Asking.of(Thing.QUEUED_RESPONSE, "POST /v1/responses/{id}/cancel"),
                Asking.of(Thing.RECORDED_RESPONSE, "POST /v1/responses/{id}/cancel"),
                Asking.of(Thing.RESPONSE, "POST /v1/responses/{id}/rollback"),
                Asking.of(Thing.RESPONSE, "GET /v1/responses/{id}/proposals"),
                Asking.of(Thing.RESPONSE_WITH_PROPOSAL, "POST /v1/responses/{id}/proposals/{item}"),
                Asking.of(Thing.RESPONSE, "DELETE /v1/responses/{id}"),
                Asking.of(Thing.RESPONSE, "GET /v1/responses/{id}/input_items"),
                Asking.of(Thing.RESPONSE, "GET /v1/responses/{id}/usage"),
                Asking.of(Thing.CONVERSATION, "GET /v1/conversations/{id}/usage"),
                Asking.of(Thing.RESPONSE, "POST /v1/responses/input_tokens")
                        .sending("\"previous_response_id\":\"{id}\",\"input\":\"And then?\""),
                Asking.of(Thing.CONVERSATION, "POST /v1/responses/input_tokens")
                        .sending("\"conversation\":\"{id}\",\"input\":\"And then?\""),
                Asking.of(Thing.RESPONSE, "POST /v1/responses/compact")
                        .sending("\"previous_response_id\":\"{id}\",\"input\":\"And then?\""),
                Asking.of(Thing.CONVERSATION, "GET /v1/conversations/{id}"),
                Asking.of(Thing.CONVERSATION, "POST /v1/conversations/{id}").posting("{\"metadata\":{\"a\":\"b\"}}"),
                Asking.of(Thing.CONVERSATION, "DELETE /v1/conversations/{id}"),
                Asking.of(Thing.CONVERSATION_WITH_ITEM, "GET /v1/conversations/{id}/items"),
                Asking.of(Thing.CONVERSATION, "POST /v1/conversations/{id}/items")
                        .posting("{\"items\":[{\"role\":\"user\",\"content\":\"Mine now.\"}]}"),
                Asking.of(Thing.CONVERSATION_WITH_ITEM, "GET /v1/conversations/{id}/items/{item}"),
                Asking.of(Thing.CONVERSATION_WITH_ITEM, "DELETE /v1/conversations/{id}/items/{item}"),
                Asking.of(Thing.CONVERSATION_WITH_FILE, "GET /v1/conversations/{id}/workspace"),
                Asking.of(Thing.CONVERSATION_WITH_FILE, "POST /v1/conversations/{id}/workspace")
                        .posting("{\"files\":[{\"path\":\"a.txt\",\"content\":\"Mine now.\"}]}"),
                Asking.of(Thing.CONVERSATION_WITH_FILE, "GET /v1/conversations/{id}/workspace/file")
                        .with("path", "a.txt"),
                Asking.of(Thing.CONVERSATION_WITH_FILE, "GET /v1/conversations/{id}/workspace/revisions"),
                Asking.of(Thing.CONVERSATION_WITH_FILE, "POST /v1/conversations/{id}/workspace/restore")
                        .posting("{\"revision\":0}"),
                Asking.of(Thing.COMPLETION, "GET /v1/chat/completions/{id}"),
                Asking.of(Thing.COMPLETION, "DELETE /v1/chat/completions/{id}"));
    }

    private static Stream<Asking> created() {
        return Stream.of("", ",\"background\":true", ",\"stream\":true", ",\"background\":true,\"stream\":true")
                .flatMap(TwoTenantsTest::created);
    }

    /// @param more fields of the request
    private static Stream<Asking> created(String more) {
        String hello = "\"input\":\"And then?\"" + more;
        String result = "\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"call_0\",\"output\":\"3 m\"}]";
        String approval = "\"input\":[{\"type\":\"mcp_approval_response\",\"approval_request_id\":\"{id}\","
                + "\"approve\":true}]";
        return Stream.of(
                create(Thing.APPROVAL_REQUEST, approval + more),
                create(Thing.RESPONSE, "\"previous_response_id\":\"{id}\"," + hello),
                create(Thing.RESPONSE_WITH_CALL, "\"previous_response_id\":\"{id}\"," + result + more),
                create(Thing.CONVERSATION, "\"conversation\":\"{id}\"," + hello),
                create(Thing.CONVERSATION, "\"conversation\":{\"id\":\"{id}\"}," + hello));
    }

    private static Asking create(Thing thing, String json) {
        return Asking.of(thing, "POST /v1/responses").sending(json);
    }

    @Test
    @DisplayName("Row 7: every route has its place here")
    void everyRouteHasItsPlaceHere() {
        var placed = new TreeSet<>(WITHOUT_IDS);
        placed.addAll(ADMINS);
        requests().map(Asking::route).forEach(placed::add);
        assertThat(placed).isEqualTo(RouteList.all());
        assertThat(WITHOUT_IDS).noneMatch(route -> route.contains("{"));
    }

    @TestFactory
    @DisplayName("Row 7: another tenant's id answers, byte for byte, as one that nobody has, and nothing changes")
    Stream<DynamicTest> anotherTenantsIdAnswersAsOneThatNobodyHas() {
        return requests().map(asking -> DynamicTest.dynamicTest(asking.name(), () -> tellsNothing(asking)));
    }

    private static void tellsNothing(Asking asking) throws IOException {
        var bench = new Bench(CountedTool.readOnly("look"));
        String owner = bench.keyOf("tenant-1");
        String stranger = bench.keyOf("tenant-2");
        String id = asking.thing.make(bench);
        String item = asking.thing == Thing.RESPONSE_WITH_PROPOSAL
                ? "0"
                : asking.route.contains(ITEM)
                        ? bench.get("/v1/conversations/" + id + "/items")
                                .json()
                                .at("/data/0/id")
                                .asString()
                        : "";
        String before = everything(bench);

        Answer theirs = asking.send(bench, stranger, id, item);

        assertThat(theirs.status()).isIn(400, 404);
        assertThat(theirs.message()).containsAnyOf("not found", "No approval request found");
        String told = told(theirs, id);
        for (String nobodys : List.of(otherEnd(id, 26), otherEnd(id, random(id)))) {
            assertThat(told).isEqualTo(told(asking.send(bench, stranger, nobodys, item), nobodys));
        }
        assertThat(everything(bench)).isEqualTo(before);
        assertThat(asking.send(bench, owner, id, item).status())
                .as("for its owner")
                .isEqualTo(200);
    }

    @Test
    @DisplayName("Row 7: no tenant's key opens what is the operator's")
    void noTenantsKeyOpensWhatIsTheOperators() throws IOException {
        var bench = new Bench();
        String before = bench.access.keys.stored.toString();
        for (String route : RouteList.all()) {
            if (route.contains("/v1/organization/")) {
                String[] line = route.replace(ID, bench.keyId()).split(" ", 2);
                Answer answer = bench.send(line[0], line[1], Map.of(), "{\"tenant\":\"tenant-1\"}");
                assertThat(answer.status()).as(route).isEqualTo(401);
            }
        }
        assertThat(bench.access.keys.stored.toString()).isEqualTo(before);
    }

    /// An id of the same form that was never given out.
    private static String otherEnd(String id, int length) {
        return id.substring(0, id.length() - length) + "z".repeat(length);
    }

    /// How many of an id's characters follow its prefix.
    private static int random(String id) {
        return id.length() - Math.max(id.indexOf('_'), id.indexOf('-')) - 1;
    }

    /// Status, headers and body, but for the id and how long it took.
    private static String told(Answer answer, String id) {
        ObjectNode headers = (ObjectNode) answer.prelude().path("headers");
        assertThat(headers.remove("openai-processing-ms")).isNotNull();
        return (answer.prelude() + "\n" + answer.body()).replace(id, ID);
    }

    private static String everything(Bench bench) {
        return bench.work.store.snapshot()
                + bench.work.queue.sent()
                + bench.work.workspaceStore.snapshot()
                + bench.work.queue.nextDue()
                + bench.work.model.requests();
    }
}
