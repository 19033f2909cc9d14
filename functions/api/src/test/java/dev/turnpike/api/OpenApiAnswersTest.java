package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.ApiDocument;
import dev.turnpike.ApiDocument.Answered;
import dev.turnpike.ApiDocument.Operation;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.StreamEvent.ReasoningDelta;
import dev.turnpike.model.StreamEvent.RefusalDelta;
import dev.turnpike.model.StreamEvent.TextDelta;
import dev.turnpike.tool.ToolException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The OpenAPI document against what each of its routes answers, to good requests and to bad ones.
class OpenApiAnswersTest {
    private static final ApiDocument DOCUMENT = ApiDocument.read();
    private static final String HELLO = "{\"model\":\"gpt-4o-mini\",\"input\":\"Hello\"";
    private static final String CITY = "{\"city\":\"Rome\",\"country\":\"Italy\"}";

    private final CountedTool tool = CountedTool.readOnly("current_time");
    private final Bench bench = new Bench(tool);

    OpenApiAnswersTest() {
        bench.work.model.improvises(OpenApiAnswersTest::answer);
    }

    private static Script answer(ModelRequest asked) {
        return Script.says(asked.parameters().containsKey("response_format") ? CITY : "Hello.");
    }

    static Stream<Operation> operations() {
        return DOCUMENT.operations().stream();
    }

    /// The examples of requests are taken by the product, and what it answers is as described.
    @ParameterizedTest
    @MethodSource("operations")
    void eachRouteAnswersAsDescribed(Operation operation) throws IOException {
        List<String> bodies = new ArrayList<>();
        operation
                .json()
                .at("/requestBody/content/application~1json/examples")
                .forEach(example -> bodies.add(example.path("value").toString()));
        for (String body : bodies.isEmpty() ? List.of("") : bodies) {
            Answer answer = send(operation, body);
            assertThat(answer.status()).as(body + "\n" + answer.body()).isEqualTo(200);
            assertThat(answer.eventTypes()).doesNotContain("error");
        }
    }

    /// An example with things that are there, for the ones it names.
    private Answer send(Operation operation, String example) throws IOException {
        String conversation =
                id(bench.post("/v1/conversations", "{\"items\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"));
        if (operation.path().contains("/proposals")) {
            bench.work.model.plays(Script.says("```sh\nls\n```"), Script.says("Done."));
        }
        boolean cancels = operation.path().endsWith("/cancel");
        String response = id(bench.create(HELLO + (cancels ? ",\"background\":true}" : "}")));
        String body = example.replaceAll("resp_[0-9a-z]{52}", response).replaceAll("conv_[0-9a-z]{26}", conversation);
        if (body.contains("mcpr_")) {
            body = body.replaceAll("mcpr_[0-9a-z_]+", approvalRequest());
        }
        String path = operation.path();
        if (path.startsWith("/v1/chat/completions/")) {
            String stored =
                    "{\"model\":\"gpt-4o\",\"store\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
            path = path.replace("{id}", id(bench.complete(stored)));
        }
        if (path.contains("/proposals/")) {
            path = path.replace("{item}", "0");
        }
        if (path.contains("{item}")) {
            JsonNode items =
                    bench.get("/v1/conversations/" + conversation + "/items").json();
            path = path.replace("{item}", items.at("/data/0/id").asString());
        }
        if (isAdmins(path)) {
            String apiKey = Bench.idOf(bench.keyOf("tenant-9"));
            Map<String, String> asked = Map.of("tenant", "acme", "start_time", "1790000000");
            return bench.serve(new HttpRequest(
                    "request-1",
                    "192.0.2.1",
                    operation.method(),
                    path.replace("{id}", apiKey),
                    Map.of("authorization", Bench.ADMIN),
                    asked,
                    body));
        }
        if (path.endsWith("/workspace/file")) {
            String workspace = "/v1/conversations/" + conversation + "/workspace";
            bench.post(workspace, "{\"files\":[{\"path\":\"a.txt\",\"content\":\"x\"}]}");
            return bench.get(workspace + "/file", Map.of("path", "a.txt"));
        }
        path = path.replace("{id}", path.startsWith("/v1/responses") ? response : conversation)
                .replace("{model}", "gpt-4o");
        return bench.send(operation.method(), path, new HashMap<>(), body);
    }

    private static boolean isAdmins(String path) {
        return path.startsWith("/v1/organization/");
    }

    private static String id(Answer answer) {
        return answer.json().path("id").asString();
    }

    private String approvalRequest() throws IOException {
        bench.work.model.plays(Script.calls("current_time"));
        Answer asked = bench.create(HELLO + ",\"tools\":[{\"type\":\"mcp\",\"server_label\":\"turnpike\","
                + "\"require_approval\":\"always\"}]}");
        return asked.json().at("/output/0/id").asString();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void eachRouteRefusesAsDescribed(Operation operation) throws IOException {
        String path = operation.path().replaceAll("\\{[a-z]+}", "nothing_1");
        Map<String, String> admin = isAdmins(path) ? Map.of("authorization", Bench.ADMIN) : new HashMap<>();
        boolean named = operation.path().contains("{");
        if (named) {
            String body = path.endsWith("/items")
                    ? "{\"items\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"
                    : "{\"metadata\":{}}";
            assertThat(bench.send(operation.method(), path, admin, body).status())
                    .isEqualTo(404);
        }
        if (operation.json().has("requestBody")) {
            assertThat(bench.send(operation.method(), path, admin, "{").status())
                    .isEqualTo(400);
            assertThat(bench.send(operation.method(), path, admin, "[".repeat(500))
                            .status())
                    .isEqualTo(413);
        }
        assertThat(bench.send(operation.method(), path, Map.of("upgrade", "websocket"), "")
                        .status())
                .isEqualTo(400);
    }

    /// What the schema of a body requires, the product requires.
    @ParameterizedTest
    @MethodSource("operations")
    void whatIsRequiredIsMissed(Operation operation) throws IOException {
        JsonNode content = operation.json().at("/requestBody/content/application~1json");
        JsonNode schema = DOCUMENT.resolved(content.path("schema"));
        for (JsonNode name : schema.path("required")) {
            var body = (ObjectNode)
                    content.path("examples").iterator().next().path("value").deepCopy();
            body.remove(name.asString());
            assertThat(DOCUMENT.mistakes(content.path("schema"), body)).isNotEmpty();
            Answer answer = send(operation, body.toString());
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.error().path("param").asString("")).isEqualTo(name.asString());
        }
    }

    /// No event is described that no stream has, and none is left out.
    @Test
    void eachDescribedEventIsInSomeStream() throws IOException {
        Set<String> seen = new TreeSet<>();
        seen.addAll(streamed("", Script.streams(new ReasoningDelta("Hm."), new TextDelta("Hello."))));
        seen.addAll(streamed("", Script.streams(new RefusalDelta("No."))));
        seen.addAll(streamed("", Script.says("Hel").ending(FinishReason.LENGTH)));
        seen.addAll(streamed("", Script.fails(Kind.REFUSED)));
        seen.addAll(streamed(",\"background\":true", Script.says("Later.")));
        seen.addAll(streamed(
                ",\"tools\":[{\"type\":\"function\",\"name\":\"tide\",\"parameters\":{}}]",
                Script.call("tide", "{\"port\":\"A\"}")));
        seen.addAll(streamed("", Script.calls("current_time"), Script.says("Noon.")));
        tool.doing(_ -> {
            throw new ToolException("There is no clock.");
        });
        seen.addAll(streamed("", Script.calls("current_time"), Script.says("No.")));
        assertThat(seen)
                .containsExactlyElementsOf(new TreeSet<>(DOCUMENT.json()
                        .at("/components/schemas/ResponseEvent/discriminator/mapping")
                        .propertyNames()));
    }

    private List<String> streamed(String more, Script... scripts) throws IOException {
        bench.work.model.plays(scripts);
        return bench.create(HELLO + ",\"stream\":true" + more + "}").eventTypes();
    }

    @Test
    void anAnswerThatIsNotAsDescribedIsFound() throws IOException {
        Answer good = bench.create(HELLO + "}");
        assertThat(mistakes(200, good.headers(), good.body())).isEmpty();
        assertThat(mistakes(201, good.headers(), good.body())).hasSize(1);
        assertThat(mistakes(200, Map.of("content-type", "application/json"), good.body()))
                .hasSize(2);
        assertThat(mistakes(200, good.headers(), good.body().replaceFirst("\"usage\"", "\"used\"")))
                .hasSize(2);
        assertThat(mistakes(
                        200,
                        good.headers(),
                        good.body().replaceFirst("\"status\":\"completed\"", "\"status\":\"done\"")))
                .isNotEmpty();
        Answer stream = bench.create(HELLO + ",\"stream\":true}");
        assertThat(mistakes(200, stream.headers(), stream.body())).isEmpty();
        assertThat(mistakes(
                        200, stream.headers(), stream.body().replace("\"content_index\":0", "\"content_index\":-1")))
                .isNotEmpty();
        assertThat(mistakes(200, stream.headers(), stream.body().replace("event: response.created", "event: created")))
                .hasSize(1);
    }

    private static List<String> mistakes(int status, Map<String, String> headers, String body) {
        return DOCUMENT.mistakes(new Answered("POST", "/v1/responses", status, headers, body));
    }
}
