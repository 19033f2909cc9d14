package dev.turnpike.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import dev.turnpike.effects.World;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Tools of every kind in one run, on the zips that are deployed: a class in a jar beside them, another Lambda
/// function, an HTTP endpoint, and a server of the Model Context Protocol that we did not write.
@EnabledIf(
        value = "dev.turnpike.e2e.NodeClientsTest#nodeIsThere",
        disabledReason = "this test needs Node 20 or newer, with npm, on the PATH")
@Timeout(300)
class ToolKindsTest {
    private static final String ALL =
            "Please use post and quote and lookup and everything__echo and everything__get-sum, then tell me.";
    private static final List<String> KINDS =
            List.of("everything__echo", "everything__get-sum", "lookup", "post", "quote");

    private static final List<String> LOOKED_UP = new CopyOnWriteArrayList<>();
    private static final List<String> QUOTED = new CopyOnWriteArrayList<>();

    @TempDir
    private static Path folder;

    private static World world;
    private static EverythingServer everything;
    private static HttpServer shop;
    private static Stack stack;
    private static Endpoint endpoint;

    @BeforeAll
    static void start() throws Exception {
        Path zip = Path.of(System.getProperty("turnpike.root", ".")).resolve("functions/api/target/function.zip");
        assumeTrue(Files.exists(zip), "this test needs the zips that mvn package makes");
        NodeClientsTest.install();
        world = World.start();
        everything = EverythingServer.start(NodeClientsTest.INSTALLED);
        shop = shop();
        Path definitions = Files.writeString(folder.resolve("tools.json"), definitions());
        stack = Stack.start(StackOptions.defaults()
                .withProcesses()
                .withEnvironments(2)
                .withDemoPace(Duration.ZERO)
                .withJars(World.jar(folder))
                .withEnvironment(world.environment())
                .withEnvironment(Map.of(
                        "TOOL_DEFINITIONS",
                        definitions.toString(),
                        "TOOL_POLICY",
                        "[{\"then\":\"allow\"}]",
                        "EGRESS_ALLOW",
                        "127.0.0.1/32",
                        "EGRESS_PORTS",
                        "443," + everything.port() + "," + shop.getAddress().getPort())));
        stack.lambda().serve("quotes", event -> {
            QUOTED.add(new String(event, UTF_8));
            return "{\"output\":{\"price\":17}}".getBytes(UTF_8);
        });
        endpoint = new Endpoint(stack);
    }

    private static HttpServer shop() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/items", exchange -> {
            LOOKED_UP.add(exchange.getRequestURI().toString());
            byte[] answer = "{\"in_stock\":4}".getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static String definitions() {
        return """
            [{"kind": "lambda", "name": "quote", "description": "The price of a share.", "effect": "read_only",
              "function": "arn:aws:lambda:us-east-1:000000000000:function:quotes",
              "parameters": {"type": "object", "properties": {"symbol": {"type": "string"}}, "required": ["symbol"]}},
             {"kind": "http", "name": "lookup", "description": "Looks an item up.", "effect": "read_only",
              "method": "GET", "url": "http://127.0.0.1:%d/items/{id}?verbose={verbose}",
              "parameters": {"type": "object", "properties": {"id": {"type": "string"}, "verbose": {"type": "boolean"}},
                "required": ["id"]}},
             {"kind": "mcp", "label": "everything", "url": "%s", "allowed_tools": ["echo", "get-sum"],
              "effects": {"echo": "read_only", "get-sum": "read_only"}}]
            """.formatted(shop.getAddress().getPort(), everything.url());
    }

    @AfterAll
    static void stop() throws Exception {
        for (AutoCloseable part : new AutoCloseable[] {endpoint, stack, everything, world}) {
            if (part != null) {
                part.close();
            }
        }
        if (shop != null) {
            shop.stop(0);
        }
    }

    private static String body(String input, String more) {
        return Endpoint.MAPPER.createObjectNode().put("input", input).toString().replaceFirst("}$", "")
                + (more.isEmpty() ? "" : "," + more) + "}";
    }

    /// What ran, by its name.
    private static Map<String, String> calls(JsonNode response) {
        Map<String, String> outputs = new TreeMap<>();
        response.path("output").forEach(item -> {
            if (item.path("type").asString().equals("mcp_call")) {
                outputs.put(
                        item.path("name").asString(),
                        item.path("output").asString("") + item.path("error").asString(""));
            }
        });
        return outputs;
    }

    @Test
    void oneRunUsesToolsOfEveryKindSideBySide() {
        JsonNode response = endpoint.create(body(ALL, ""));
        print(response);

        assertThat(response.path("status").asString())
                .as(response.toPrettyString())
                .isEqualTo("completed");
        Map<String, String> calls = calls(response);
        assertThat(calls.keySet()).containsExactlyElementsOf(KINDS);
        assertThat(calls.get("post")).isEqualTo("Done.");
        assertThat(calls.get("quote")).isEqualTo("{\"price\":17}");
        assertThat(calls.get("lookup")).isEqualTo("{\"in_stock\":4}");
        assertThat(calls.get("everything__echo")).startsWith("Echo: ");
        assertThat(calls.get("everything__get-sum")).contains("sum of");
        assertThat(QUOTED.getLast()).contains("\"tenant\":\"demo\"", "\"dry_run\":false", "\"tool\":\"quote\"");
        assertThat(LOOKED_UP.getLast()).startsWith("/items/");
        assertThat(world.effects("post").values()).containsOnly(1);
        // One answer of the model asked for all of them.
        assertThat(outputTypes(response))
                .containsExactly("mcp_call", "mcp_call", "mcp_call", "mcp_call", "mcp_call", "message");
    }

    @Test
    void theSameInTheBackgroundRunsInTheWorker() {
        JsonNode queued = endpoint.create(body(ALL, "\"background\":true"));
        JsonNode response = endpoint.finished(queued.path("id").asString());

        assertThat(calls(response).keySet()).containsExactlyElementsOf(KINDS);
    }

    private static List<String> outputTypes(JsonNode response) {
        List<String> types = new ArrayList<>();
        response.path("output").forEach(item -> types.add(item.path("type").asString()));
        return types;
    }

    @Test
    void aRequestNarrowsThem() {
        String narrowed =
                "\"tools\":[{\"type\":\"mcp\",\"server_label\":\"turnpike\",\"allowed_tools\":[\"quote\",\"everything__echo\"]}]";
        assertThat(calls(endpoint.create(body(ALL, narrowed))).keySet()).containsExactly("everything__echo", "quote");
        assertThat(calls(endpoint.create(body(ALL, narrowed + ",\"tool_choice\":\"none\""))))
                .isEmpty();
        HttpResponse<String> unknown =
                endpoint.post(body(ALL, narrowed.replace("everything__echo", "everything__printEnv")));
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(unknown.body()).doesNotContain("\"code\":\"internal");
    }

    @Test
    void aChoiceOfOneToolAndOneAtATimeAreKept() {
        JsonNode chosen = endpoint.create(
                body("Hello.", "\"tool_choice\":{\"type\":\"mcp\",\"server_label\":\"turnpike\",\"name\":\"lookup\"}"));
        assertThat(calls(chosen).keySet()).containsExactly("lookup");

        JsonNode single = endpoint.create(body(ALL, "\"parallel_tool_calls\":false"));
        assertThat(calls(single)).hasSize(1);
    }

    @Test
    void aKeyNarrowsThem() {
        JsonNode key = Endpoint.MAPPER.readTree(endpoint.send(endpoint.request("/v1/organization/api_keys")
                        .setHeader("Authorization", "Bearer " + stack.adminKey())
                        .POST(BodyPublishers.ofString(
                                "{\"tenant\":\"demo\",\"name\":\"few\",\"tools\":[\"everything__*\"]}")))
                .body());
        String secret = key.path("key").asString(key.path("value").asString(""));

        HttpResponse<String> response = endpoint.send(endpoint.request("/v1/responses")
                .setHeader("Authorization", "Bearer " + secret)
                .POST(BodyPublishers.ofString(body(ALL, ""))));

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(calls(Endpoint.MAPPER.readTree(response.body())).keySet())
                .containsExactly("everything__echo", "everything__get-sum");
    }

    private static void print(JsonNode response) {
        System.out.println("> " + ALL);
        response.path("output")
                .forEach(item -> System.out.println(
                        item.path("type").asString().equals("mcp_call")
                                ? "  %s(%s) = %s"
                                        .formatted(
                                                item.path("name").asString(),
                                                item.path("arguments").asString(),
                                                item.path("output").asString(""))
                                : "< " + item.at("/content/0/text").asString("")));
    }
}
