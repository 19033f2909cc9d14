package dev.turnpike.conformance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.turnpike.demo.DemoModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;

/// The demo model, behind somebody who remembers what it was sent.
final class Provider implements AutoCloseable {
    private final DemoModel model = DemoModel.start(Duration.ZERO);
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> sent = new ArrayList<>();
    private final HttpServer server;

    Provider() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::pass);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    String baseUrl() {
        return "http://127.0.0.1:%d/v1".formatted(server.getAddress().getPort());
    }

    /// The first request since this was asked last.
    synchronized JsonNode firstSent() {
        JsonNode first = sent.isEmpty() ? Wire.MAPPER.nullNode() : Wire.MAPPER.readTree(sent.getFirst());
        sent.clear();
        return first;
    }

    synchronized void forget() {
        sent.clear();
    }

    private synchronized void note(String body) {
        sent.add(body);
    }

    private void pass(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        note(new String(body, StandardCharsets.UTF_8));
        HttpRequest request = HttpRequest.newBuilder(URI.create(model.baseUrl().resolve("/")
                        + exchange.getRequestURI().toString().substring(1)))
                .method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body))
                .build();
        try {
            HttpResponse<InputStream> answer = http.send(request, BodyHandlers.ofInputStream());
            exchange.getResponseHeaders()
                    .set(
                            "content-type",
                            answer.headers().firstValue("content-type").orElse("text/plain"));
            exchange.sendResponseHeaders(answer.statusCode(), 0);
            try (InputStream from = answer.body();
                    OutputStream to = exchange.getResponseBody()) {
                from.transferTo(to);
            }
        } catch (InterruptedException stopped) {
            throw new IOException(stopped);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        http.close();
        model.close();
    }
}
