package dev.turnpike.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The front door, with the rules of an API Gateway REST API whose proxy integration streams: a request becomes an
/// event
/// for the api function, and what the function writes goes out piece by piece, as it is written.
public final class Gateway implements AutoCloseable {
    private static final int BODY_LIMIT_BYTES = 10 * 1024 * 1024;

    /// Read and dropped of a body over the limit, so that the client gets to read why it was refused.
    private static final int EXCESS_LIMIT_BYTES = 4 * BODY_LIMIT_BYTES;

    /// The connection's own business, whatever the function says about it.
    private static final Set<String> NOT_RELAYED = Set.of("content-length", "transfer-encoding", "connection");

    private final Function api;
    private final HttpServer server;
    private final ExecutorService requests = Executors.newVirtualThreadPerTaskExecutor();

    private Gateway(Function api, HttpServer server) {
        this.api = api;
        this.server = server;
    }

    /// @param port 0 for any free one
    /// @throws java.net.BindException when the port is taken
    public static Gateway start(int port, Function api) throws IOException {
        // Otherwise small pieces wait for the acknowledgement of earlier ones: 40 ms each.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        Gateway gateway = new Gateway(api, server);
        server.createContext("/", gateway::handle);
        server.setExecutor(gateway.requests);
        server.start();
        return gateway;
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void handle(HttpExchange exchange) throws IOException {
        Optional<byte[]> body = readBody(exchange.getRequestBody());
        if (body.isEmpty()) {
            refuse(exchange, 413, "HTTP content length exceeded %d bytes.".formatted(BODY_LIMIT_BYTES));
            return;
        }
        Optional<Answer> invoked = invoke(ProxyEvent.of(exchange, body.get(), Instant.now()));
        if (invoked.isEmpty()) {
            refuse(exchange, 502, "Internal server error");
            return;
        }
        try (Answer answer = invoked.get()) {
            InputStream bytes = new BufferedInputStream(answer.body());
            Optional<Prelude> prelude = readPrelude(bytes, answer);
            if (prelude.isEmpty()) {
                refuse(exchange, 502, "Internal server error");
                return;
            }
            relay(exchange, prelude.get(), bytes, answer);
        }
    }

    /// @return nothing when no execution environment could be had
    private Optional<Answer> invoke(byte[] event) {
        try {
            return Optional.of(api.invoke(event));
        } catch (IOException | IllegalStateException e) {
            System.err.println("The api function could not be started: " + e.getMessage());
            return Optional.empty();
        }
    }

    /// @return nothing when the function failed before its answer began, or began it wrongly
    private static Optional<Prelude> readPrelude(InputStream bytes, Answer answer) {
        try {
            return Optional.of(Prelude.read(bytes));
        } catch (IOException e) {
            System.err.println("The api function failed: " + answer.error().orElse(String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    /// @return nothing when it is over the limit
    private static Optional<byte[]> readBody(InputStream in) throws IOException {
        byte[] body = in.readNBytes(BODY_LIMIT_BYTES + 1);
        if (body.length <= BODY_LIMIT_BYTES) {
            return Optional.of(body);
        }
        in.skip(EXCESS_LIMIT_BYTES);
        return Optional.empty();
    }

    /// A function that fails after the start can't take its status back: the connection is cut without a final chunk,
    /// which the server does when the handler throws.
    private static void relay(HttpExchange exchange, Prelude prelude, InputStream bytes, Answer answer)
            throws IOException {
        prelude.headers().forEach((name, values) -> {
            if (!NOT_RELAYED.contains(name.toLowerCase(Locale.ROOT))) {
                exchange.getResponseHeaders().put(name, values);
            }
        });
        boolean bodiless =
                exchange.getRequestMethod().equals("HEAD") || prelude.status() == 204 || prelude.status() == 304;
        exchange.sendResponseHeaders(prelude.status(), bodiless ? -1 : 0);
        OutputStream client = exchange.getResponseBody();
        byte[] piece = new byte[16 * 1024];
        boolean listening = !bodiless && write(client, piece, 0);
        for (int length = bytes.read(piece); length >= 0; length = bytes.read(piece)) {
            // When the client has gone the function goes on, so its answer is read to the end all the same.
            listening = listening && write(client, piece, length);
        }
        Optional<String> error = answer.error();
        if (error.isPresent()) {
            throw new IOException("The function failed after its answer had begun: " + error.get());
        }
        exchange.close();
    }

    private static boolean write(OutputStream client, byte[] piece, int length) {
        try {
            client.write(piece, 0, length);
            client.flush();
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private static void refuse(HttpExchange exchange, int status, String message) throws IOException {
        try (exchange) {
            byte[] body = "{\"message\":\"%s\"}".formatted(message).getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            boolean bodiless = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(status, bodiless ? -1 : body.length);
            if (!bodiless) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        requests.shutdownNow();
    }
}
