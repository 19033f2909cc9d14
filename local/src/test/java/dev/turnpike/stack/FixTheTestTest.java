package dev.turnpike.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.turnpike.responses.WireJson;
import dev.turnpike.stack.StackOptions.Delivery;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// A model repairs what makes a test fail: it reads files, applies a patch, runs the test and commits, over many steps,
/// while workers are killed. Runs the zips that are deployed, and commands in the sandbox.
@Timeout(300)
class FixTheTestTest {
    private static final String WORKER = "dev.turnpike.worker.RunWorkerHandler";
    private static final String POLICY = """
        [{"kinds": "workspace", "then": "allow"},
         {"tools": "execute_bash", "commands": ["sh test.sh", "git *"], "then": "allow"},
         {"tools": "git_operation", "then": "allow"}]
        """;
    private static final String BROKEN = "add() { echo $(($1 - $2)); }\n";
    private static final String MENDED = "add() { echo $(($1 + $2)); }\n";
    private static final String TEST = """
        . ./lib/add.sh
        [ "$(add 2 3)" = 5 ] && echo PASSED || { echo FAILED; exit 1; }
        """;
    private static final String PATCH = """
        --- a/lib/add.sh
        +++ b/lib/add.sh
        @@ -1 +1 @@
        -add() { echo $(($1 - $2)); }
        +add() { echo $(($1 + $2)); }
        """;

    @Test
    void aFailingTestIsMendedWhileWorkersAreKilled() throws Exception {
        assumeThat(Path.of(System.getProperty("turnpike.root", ".")).resolve("functions/worker/target/function.zip"))
                .exists();
        try (Storm storm = new Storm();
                Stack stack = Stack.start(options(storm));
                HttpClient http = HttpClient.newHttpClient()) {
            var client = new Client(http, stack);
            String conversation =
                    client.send("/v1/conversations", "{}").path("id").asString();
            String files = "/v1/conversations/" + conversation + "/workspace";
            client.send(files, files(Map.of("lib/add.sh", BROKEN, "test.sh", TEST)));

            String id =
                    client.send("/v1/responses", run(conversation)).path("id").asString();
            storm.killing(WORKER, Duration.ofSeconds(6));
            List<JsonNode> ended = new ArrayList<>();
            storm.until(() -> {
                JsonNode response = client.send("/v1/responses/" + id, "");
                boolean over = !List.of("queued", "in_progress")
                        .contains(response.path("status").asString());
                if (over) {
                    ended.add(response);
                }
                return over;
            });

            JsonNode response = ended.getFirst();
            print(response, storm);
            assertThat(response.path("status").asString()).isEqualTo("completed");
            assertThat(storm.kills()).isPositive();
            assertThat(outputs(
                            response,
                            "execute_bash",
                            call -> call.path("output").asString("")
                                    + call.path("error").toString()))
                    .satisfiesExactly(
                            first -> assertThat(first).contains("FAILED"),
                            second -> assertThat(second).contains("PASSED"));
            assertThat(client.file(files, "lib/add.sh")).isEqualTo(MENDED);
            assertThat(client.file(files, "test.sh")).isEqualTo(TEST);
            assertThat(outputs(
                            response,
                            "git_operation",
                            call -> call.path("output").asString("")))
                    .last()
                    .asString()
                    .contains("Mend add");
            String check = CheckedStack.check(stack);
            System.out.println(check);
            assertThat(check).contains("0 violations");
        }
    }

    private static StackOptions options(Storm storm) {
        Map<String, String> environment = new HashMap<>();
        environment.put("SANDBOX", "on");
        environment.put("TOOL_POLICY", POLICY);
        environment.put("TIMEOUT", "5");
        environment.put("IDLE_TIMEOUT", "5");
        environment.put("TOOL_TIMEOUT", "20");
        environment.put("MAX_RETRIES", "10");
        return StackOptions.defaults()
                .withProcesses()
                .withEnvironments(2)
                .withDemoPace(Duration.ofMillis(60))
                .withReaperEvery(Duration.ofSeconds(5))
                .withDelivery(new Delivery(Duration.ofSeconds(20), storm::delivering))
                .withEnvironment(environment);
    }

    private static String run(String conversation) {
        ArrayNode plan = WireJson.mapper().createArrayNode();
        turn(plan, call("list_files", Map.of()), call("read_file", Map.of("path", "lib/add.sh")));
        turn(plan, call("execute_bash", Map.of("command", "sh test.sh")));
        turn(plan, call("apply_patch", Map.of("patch", PATCH)));
        turn(plan, call("execute_bash", Map.of("command", "sh test.sh")));
        turn(plan, call("git_operation", Map.of("operation", "init")));
        turn(plan, call("git_operation", Map.of("operation", "add")));
        turn(plan, call("git_operation", Map.of("operation", "commit", "message", "Mend add")));
        turn(plan, call("git_operation", Map.of("operation", "log")));
        ObjectNode request = WireJson.mapper().createObjectNode();
        request.put("model", "gpt-4o").put("background", true).put("conversation", conversation);
        request.put("input", "Fix the failing test. [plan] " + plan);
        return request.toString();
    }

    private static void turn(ArrayNode plan, ObjectNode... calls) {
        plan.addArray().addAll(List.of(calls));
    }

    private static ObjectNode call(String tool, Map<String, String> arguments) {
        ObjectNode call = WireJson.mapper().createObjectNode().put("tool", tool);
        ObjectNode given = call.putObject("arguments");
        arguments.forEach(given::put);
        return call;
    }

    private static String files(Map<String, String> files) {
        ObjectNode body = WireJson.mapper().createObjectNode();
        ArrayNode list = body.putArray("files");
        files.forEach((path, content) -> list.addObject().put("path", path).put("content", content));
        return body.toString();
    }

    private static List<String> outputs(JsonNode response, String tool, Function<JsonNode, String> text) {
        return response.path("output")
                .valueStream()
                .filter(item -> item.path("type").asString().equals("mcp_call"))
                .filter(item -> item.path("name").asString().equals(tool))
                .map(text)
                .toList();
    }

    private static void print(JsonNode response, Storm storm) {
        System.out.printf(
                "fix the failing test: %s after %s steps, %d workers killed, %d messages delivered%n",
                response.path("status").asString(), response.at("/turnpike/steps"), storm.kills(), storm.deliveries());
        response.path("output").forEach(item -> {
            if (item.path("type").asString().equals("mcp_call")) {
                String told = item.path("output").asString(item.path("error").toString());
                System.out.printf(
                        "  %s %s%n    -> %s%n",
                        item.path("name").asString(),
                        item.path("arguments").asString(),
                        told.strip().replace("\n", "\n       "));
            }
        });
    }

    private record Client(HttpClient http, Stack stack) {
        /// @param body empty for a GET
        JsonNode send(String path, String body) {
            HttpRequest.Builder request = HttpRequest.newBuilder(stack.url().resolve(path))
                    .header("Authorization", "Bearer " + stack.apiKey());
            try {
                HttpResponse<String> response = http.send(
                        body.isEmpty()
                                ? request.build()
                                : request.POST(BodyPublishers.ofString(body)).build(),
                        BodyHandlers.ofString());
                assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
                return WireJson.mapper().readTree(response.body());
            } catch (Exception e) {
                throw new AssertionError("the stack did not answer", e);
            }
        }

        String file(String files, String path) {
            return send(files + "/file?path=" + path, "").path("content").asString();
        }
    }
}
