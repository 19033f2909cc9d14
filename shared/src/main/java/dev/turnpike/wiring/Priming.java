package dev.turnpike.wiring;

import dev.turnpike.completions.CompletionReader;
import dev.turnpike.model.ChatCompletionsClient;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.Dialect;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.ModelSettings;
import dev.turnpike.model.ToolChoice;
import dev.turnpike.responses.CreateRequest;
import dev.turnpike.responses.RequestReader;
import dev.turnpike.tokens.ModelCounter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/// Some dummy turns against a dummy provider on this machine's loopback interface.
final class Priming {
    private static final int TURNS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final byte[] ANSWER = ("HTTP/1.1 200 OK\r\n"
        + "content-type: text/event-stream\r\n"
        + "connection: close\r\n\r\n"
        + "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Ready\"}}]}\n\n"
        + "data:"
        + " {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,\"total_tokens\":2}}\n\n"
        + "data: [DONE]\n\n")
            .getBytes(StandardCharsets.UTF_8);

    private Priming() {}

    static void run(JsonMapper mapper, RequestReader requests, CompletionReader completions, String model) {
        try (var server = new ServerSocket(0, TURNS, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> serve(server));
            var settings = new ModelSettings(
                    "priming",
                    URI.create("http://127.0.0.1:" + server.getLocalPort()),
                    () -> "",
                    true,
                    PATIENCE,
                    PATIENCE,
                    PATIENCE,
                    Dialect.COMPATIBLE);
            var client = new ChatCompletionsClient(settings, new ModelCounter(), InstantSource.system());
            for (int turn = 0; turn < TURNS; turn++) {
                CreateRequest request = requests.read(
                        mapper.readTree("{\"model\":\"" + model + "\",\"input\":\"Are you ready?\",\"stream\":true}"));
                completions.read(mapper.readTree("{\"model\":\"" + model
                        + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Are you ready?\"}],\"stream\":true}"));
                client.stream(
                        new ModelRequest(
                                request.request().model(),
                                "Be brief.",
                                request.input(),
                                List.of(),
                                ToolChoice.AUTO,
                                true,
                                16,
                                request.request().parameters()),
                        Deadline.in(PATIENCE, InstantSource.system()),
                        _ -> {});
            }
            client.reset();
        } catch (IOException | ModelException | RuntimeException unprimed) {
            // A start without it is slower, nothing else.
        }
    }

    private static void serve(ServerSocket server) {
        while (!server.isClosed()) {
            try (Socket connection = server.accept()) {
                readRequest(connection);
                connection.getOutputStream().write(ANSWER);
            } catch (IOException closed) {
                // The server was closed, which ends the loop, or a connection was lost, which ends a turn.
            }
        }
    }

    /// The client writes its request in full before it reads; what has arrived is all that must be taken in.
    private static void readRequest(Socket connection) throws IOException {
        var buffer = new byte[16 * 1024];
        connection.getInputStream().read(buffer);
        while (connection.getInputStream().available() > 0) {
            connection.getInputStream().read(buffer);
        }
    }
}
