package dev.turnpike.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.turnpike.demo.Directive.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// An OpenAI-compatible server whose answers are scripted: it streams, calls tools, remembers what the messages say,
/// counts
/// its tokens, and fails when it is asked to (see [Directive]). Any API key will do.
///
/// It serves `POST /v1/chat/completions`, `GET /v1/models` and `GET /meter`.
public final class DemoModel implements AutoCloseable {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final List<String> MODELS = List.of("demo", "gpt-4o", "gpt-4o-mini");
    private static final int FIRST_MODEL_SECONDS = 1_700_000_000;

    private final TokenMeter meter = new TokenMeter();
    private final Map<String, Integer> faults = new ConcurrentHashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();
    private final Duration pace;
    private final HttpServer server;

    private DemoModel(Duration pace, HttpServer server) {
        this.pace = pace;
        this.server = server;
    }

    /// Starts on a free port of this machine.
    ///
    /// @param pace the pause before each word; zero for as fast as it goes
    public static DemoModel start(Duration pace) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        DemoModel model = new DemoModel(pace, server);
        server.createContext("/v1/chat/completions", model::complete);
        server.createContext("/v1/models", model::listModels);
        server.createContext("/meter", model::showMeter);
        server.setExecutor(model.requests);
        server.start();
        return model;
    }

    /// What `OPENAI_BASE_URL` is set to.
    public URI baseUrl() {
        return URI.create("http://127.0.0.1:%d/v1".formatted(server.getAddress().getPort()));
    }

    public TokenMeter meter() {
        return meter;
    }

    private void complete(HttpExchange exchange) throws IOException {
        JsonNode json;
        try {
            json = MAPPER.readTree(exchange.getRequestBody().readAllBytes());
        } catch (JacksonException _) {
            fail(exchange, 400, "The request is not JSON.");
            return;
        }
        if (!json.path("messages").isArray() || json.path("messages").isEmpty()) {
            fail(exchange, 400, "Missing required parameter: 'messages'.");
            return;
        }
        ChatRequest request = ChatRequest.parse(json);
        Optional<Fault> fault = dueFault(request);
        if (fault.orElse(null) instanceof Directive.Fail(int status, int _)) {
            meter.failed(request.model());
            fail(exchange, status, "You asked the demo model to fail.");
            return;
        }
        Optional<Directive.Way> broken =
                fault.map(due -> due instanceof Directive.Break(Directive.Way way, int _) ? way : null);
        new Completion(request, promptText(json), broken, meter, pace, closing).answer(exchange);
    }

    private Optional<Fault> dueFault(ChatRequest request) {
        return Directive.in(request.question())
                .filter(Fault.class::isInstance)
                .map(Fault.class::cast)
                .filter(fault -> faults.merge(request.question(), 1, Integer::sum) <= fault.times());
    }

    private static String promptText(JsonNode json) {
        return json.path("messages").toString() + (json.has("tools") ? json.path("tools") : "");
    }

    private void listModels(HttpExchange exchange) throws IOException {
        ObjectNode list = MAPPER.createObjectNode().put("object", "list");
        list.putArray("data");
        MODELS.forEach(id -> list.withArray("data")
                .addObject()
                .put("id", id)
                .put("object", "model")
                .put("created", FIRST_MODEL_SECONDS)
                .put("owned_by", "turnpike"));
        send(exchange, 200, list);
    }

    private void showMeter(HttpExchange exchange) throws IOException {
        ObjectNode models = MAPPER.createObjectNode();
        meter.totals()
                .forEach((model, totals) -> models.putObject(model)
                        .put("answered", totals.answered())
                        .put("prompt_tokens", totals.promptTokens())
                        .put("completion_tokens", totals.completionTokens())
                        .put("total_tokens", totals.totalTokens())
                        .put("broken", totals.broken())
                        .put("broken_prompt_tokens", totals.brokenPromptTokens())
                        .put("broken_completion_tokens", totals.brokenCompletionTokens())
                        .put("failed", totals.failed()));
        send(exchange, 200, models);
    }

    private static void fail(HttpExchange exchange, int status, String message) throws IOException {
        ObjectNode body = MAPPER.createObjectNode();
        body.putObject("error")
                .put("message", message)
                .put("type", status < 500 ? "invalid_request_error" : "server_error")
                .putNull("param")
                .putNull("code");
        send(exchange, status, body);
    }

    private static void send(HttpExchange exchange, int status, ObjectNode body) throws IOException {
        try (exchange) {
            byte[] bytes = body.toString().getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        requests.shutdownNow();
    }
}
