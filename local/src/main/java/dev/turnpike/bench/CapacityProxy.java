package dev.turnpike.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Stands before DynamoDB and adds up what each call says it consumed.
final class CapacityProxy implements AutoCloseable {
    /// What was consumed.
    ///
    /// @param calls of any kind
    record Consumed(int calls, double read, double write) {
        static final Consumed NOTHING = new Consumed(0, 0, 0);

        Consumed plus(double moreRead, double moreWrite) {
            return new Consumed(calls + 1, read + moreRead, write + moreWrite);
        }

        /// In read units: on demand, a write unit costs five times a read unit, wherever the table is.
        double weighted() {
            return read + 5 * write;
        }
    }

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Set<String> READS = Set.of("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems");

    private final HttpServer server;
    private final URI dynamo;
    private final Duration delay;
    private final HttpClient client = HttpClient.newHttpClient();
    private Consumed consumed = Consumed.NOTHING;

    private CapacityProxy(HttpServer server, URI dynamo, Duration delay) {
        this.server = server;
        this.delay = delay;
        this.dynamo = dynamo;
    }

    static CapacityProxy start(URI dynamo) throws IOException {
        return start(dynamo, Duration.ZERO);
    }

    /// @param delay of each call
    static CapacityProxy start(URI dynamo, Duration delay) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        CapacityProxy proxy = new CapacityProxy(server, dynamo, delay);
        server.createContext("/", proxy::pass);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return proxy;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /// Since the last call of this.
    synchronized Consumed take() {
        Consumed taken = consumed;
        consumed = Consumed.NOTHING;
        return taken;
    }

    private void pass(HttpExchange exchange) throws IOException {
        String target = exchange.getRequestHeaders().getFirst("X-Amz-Target");
        ObjectNode body = (ObjectNode) MAPPER.readTree(exchange.getRequestBody().readAllBytes());
        body.put("ReturnConsumedCapacity", "TOTAL");
        HttpRequest request = HttpRequest.newBuilder(dynamo)
                .header("Content-Type", "application/x-amz-json-1.0")
                .header("X-Amz-Target", target)
                .header("Authorization", exchange.getRequestHeaders().getFirst("Authorization"))
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
        try (exchange) {
            Thread.sleep(delay);
            HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
            count(target.substring(target.indexOf('.') + 1), MAPPER.readTree(response.body()));
            exchange.getResponseHeaders().set("Content-Type", "application/x-amz-json-1.0");
            exchange.sendResponseHeaders(response.statusCode(), response.body().length);
            exchange.getResponseBody().write(response.body());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void count(String operation, JsonNode response) {
        JsonNode told = response.path("ConsumedCapacity");
        double units = 0;
        for (JsonNode table : told.isArray() ? told : MAPPER.createArrayNode().add(told)) {
            units += table.path("CapacityUnits").asDouble(0);
        }
        boolean read = READS.contains(operation);
        consumed = consumed.plus(read ? units : 0, read ? 0 : units);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
