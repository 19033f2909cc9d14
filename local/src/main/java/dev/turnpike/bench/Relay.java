package dev.turnpike.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.Executors;

/// The floor: the provider's bytes as they are, from the JDK's HTTP client to the JDK's HTTP server, one write for each
/// read. A process of its own, which prints its port.
final class Relay {
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI upstream;

    private Relay(URI upstream) {
        this.upstream = upstream;
    }

    public static void main(String[] arguments) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        server.createContext("/", new Relay(URI.create(arguments[0]))::relay);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        System.out.println(server.getAddress().getPort());
        // Ends with whoever started it.
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }

    private void relay(HttpExchange exchange) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(upstream)
                .POST(BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()))
                .build();
        try (exchange;
                InputStream from =
                        client.send(request, BodyHandlers.ofInputStream()).body()) {
            exchange.sendResponseHeaders(200, 0);
            OutputStream to = exchange.getResponseBody();
            byte[] piece = new byte[16 * 1024];
            for (int length = from.read(piece); length >= 0; length = from.read(piece)) {
                to.write(piece, 0, length);
                to.flush();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
