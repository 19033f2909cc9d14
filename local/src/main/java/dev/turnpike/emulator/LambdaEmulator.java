package dev.turnpike.emulator;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.turnpike.gateway.Answer;
import dev.turnpike.gateway.Function;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/// As much of Lambda as the SDK's client needs to call a function and wait for its answer.
public final class LambdaEmulator implements AutoCloseable {
    private static final Pattern INVOKE = Pattern.compile("/2015-03-31/functions/([^/]+)/invocations");
    private static final Pattern ARN = Pattern.compile("arn:[a-z-]+:lambda:[^:]*:[^:]*:function:([^:]+).*");
    private static final int MOST_BYTES = 6 * 1024 * 1024;

    private final Map<String, Function> functions = new ConcurrentHashMap<>();
    private final JsonMapper mapper = new JsonMapper();
    private final HttpServer server;

    private LambdaEmulator(HttpServer server) {
        this.server = server;
    }

    /// A function in this JVM.
    public interface Handler {
        /// @return JSON, in UTF-8
        /// @throws Exception the function has failed
        byte[] handle(byte[] event) throws Exception;
    }

    public static LambdaEmulator start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var emulator = new LambdaEmulator(server);
        server.createContext("/", emulator::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return emulator;
    }

    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /// From now on calls of that name come here; a function that had it before is called no more.
    public void register(String name, Function function) {
        functions.put(name, function);
    }

    /// The same of a function in this JVM.
    public void serve(String name, Handler handler) {
        register(name, event -> InProcessAnswer.of(handler, event));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Matcher invoke = INVOKE.matcher(exchange.getRequestURI().getRawPath());
            byte[] event = exchange.getRequestBody().readAllBytes();
            if (!invoke.matches() || !exchange.getRequestMethod().equals("POST")) {
                fail(exchange, 400, "InvalidRequestContentException", "This endpoint only calls functions.");
            } else if (event.length > MOST_BYTES) {
                fail(exchange, 413, "RequestTooLargeException", "Request must be smaller than 6291456 bytes");
            } else {
                call(exchange, nameOf(URLDecoder.decode(invoke.group(1), UTF_8)), event);
            }
        }
    }

    /// A function is named by its name or its ARN, with or without a version.
    private static String nameOf(String named) {
        Matcher arn = ARN.matcher(named);
        return arn.matches() ? arn.group(1) : named.split(":", 2)[0];
    }

    private void call(HttpExchange exchange, String name, byte[] event) throws IOException {
        Function function = functions.get(name);
        if (function == null) {
            fail(exchange, 404, "ResourceNotFoundException", "Function not found: " + name);
            return;
        }
        try (Answer answer = function.invoke(event)) {
            byte[] body = answer.body().readAllBytes();
            Optional<String> error = answer.error();
            if (error.isPresent()) {
                exchange.getResponseHeaders().set("X-Amz-Function-Error", "Unhandled");
                body = mapper.writeValueAsBytes(Map.of("errorMessage", error.get(), "errorType", "Error"));
            }
            exchange.getResponseHeaders().set("X-Amz-Executed-Version", "$LATEST");
            send(exchange, 200, body);
        }
    }

    private void fail(HttpExchange exchange, int status, String type, String message) throws IOException {
        exchange.getResponseHeaders().set("X-Amzn-ErrorType", type);
        send(exchange, status, mapper.writeValueAsBytes(Map.of("Type", "User", "Message", message)));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
