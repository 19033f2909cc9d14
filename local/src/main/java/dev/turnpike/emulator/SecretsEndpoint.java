package dev.turnpike.emulator;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// As much of Secrets Manager as the SDK's client needs to create, read and rotate a secret. No emulator of it can be
/// embedded, and its protocol is one POST with the operation in a header.
final class SecretsEndpoint implements AutoCloseable {
    private static final String VERSION_ID = "00000000-0000-0000-0000-000000000001";

    private final Map<String, String> secrets = new ConcurrentHashMap<>();
    private final JsonMapper mapper = new JsonMapper();
    private final HttpServer server;

    private SecretsEndpoint(HttpServer server) {
        this.server = server;
    }

    static SecretsEndpoint start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        SecretsEndpoint endpoint = new SecretsEndpoint(server);
        server.createContext("/", endpoint::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return endpoint;
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
            JsonNode input = mapper.readTree(exchange.getRequestBody());
            String operation = target == null ? "" : target.substring(target.indexOf('.') + 1);
            switch (operation) {
                case "CreateSecret" -> write(exchange, input.path("Name").asString(""), input);
                case "PutSecretValue" -> write(exchange, input.path("SecretId").asString(""), input);
                case "GetSecretValue" -> read(exchange, input.path("SecretId").asString(""));
                default -> fail(exchange, "InvalidRequestException", "This endpoint has no operation " + operation);
            }
        }
    }

    private void write(HttpExchange exchange, String id, JsonNode input) throws IOException {
        secrets.put(nameOf(id), input.path("SecretString").asString(""));
        send(exchange, 200, Map.of("ARN", arn(nameOf(id)), "Name", nameOf(id), "VersionId", VERSION_ID));
    }

    private void read(HttpExchange exchange, String id) throws IOException {
        String name = nameOf(id);
        String secret = secrets.get(name);
        if (secret == null) {
            fail(exchange, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
            return;
        }
        send(exchange, 200, Map.of("ARN", arn(name), "Name", name, "VersionId", VERSION_ID, "SecretString", secret));
    }

    private void fail(HttpExchange exchange, String type, String message) throws IOException {
        send(exchange, 400, Map.of("__type", type, "message", message));
    }

    private void send(HttpExchange exchange, int status, Map<String, String> body) throws IOException {
        byte[] bytes = mapper.writeValueAsString(body).getBytes(UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.1");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    /// A secret is named by its name or its ARN, at the caller's choice.
    private static String nameOf(String id) {
        return id.startsWith("arn:") ? id.substring(id.lastIndexOf(':') + 1) : id;
    }

    private static String arn(String name) {
        return "arn:aws:secretsmanager:us-east-1:000000000000:secret:" + name;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
