package dev.turnpike.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// A model that says when it spoke: the text of each chunk is the time at which it was sent.
///
/// `System.nanoTime` is one clock for all processes of a Linux machine (CLOCK_MONOTONIC), so whoever receives a chunk
/// can tell how long it was under way.
final class Upstream implements AutoCloseable {
    /// An answer.
    ///
    /// @param pace from one chunk to the next; zero for as fast as they are taken
    record Script(int chunks, Duration pace) {}

    private static final byte[] HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .getBytes(US_ASCII);
    private static final String CHUNK = "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\","
            + "\"created\":1700000000,\"model\":\"gpt-4o-mini\",\"system_fingerprint\":\"fp_1\","
            + "\"choices\":[{\"index\":0,\"delta\":%s,\"logprobs\":null,\"finish_reason\":%s}]%s}\n\n";
    private static final String SPOKEN = CHUNK.formatted("{\"content\":\"%d \"}", "null", "");
    private static final String[] SPOKEN_PARTS = SPOKEN.split("%d", 2);
    private static final String END = CHUNK.formatted(
                    "{}", "\"stop\"", ",\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":10,\"total_tokens\":20}")
            + "data: [DONE]\n\n";

    private final ServerSocket server;
    private volatile Script script = new Script(1, Duration.ZERO);

    private Upstream(ServerSocket server) {
        this.server = server;
    }

    static Upstream start() throws IOException {
        Upstream upstream = new Upstream(new ServerSocket(0, 1_024, InetAddress.getLoopbackAddress()));
        Thread.ofPlatform().daemon().name("upstream").start(upstream::accept);
        return upstream;
    }

    /// What `OPENAI_BASE_URL` is set to.
    URI baseUrl() {
        return URI.create("http://127.0.0.1:%d/v1".formatted(server.getLocalPort()));
    }

    /// Every answer from now on.
    void say(Script script) {
        this.script = script;
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket connection = server.accept();
                // Platform threads: the time at which a chunk is sent must not wait for a carrier.
                Thread.ofPlatform().daemon().name("upstream-answer").start(() -> serve(connection));
            } catch (IOException _) {
                // Closed, which ends the loop, or one connection is lost, which ends a measurement.
            }
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
            InputStream in = new BufferedInputStream(connection.getInputStream());
            while (skipRequest(in)) {
                answer(connection.getOutputStream());
            }
        } catch (IOException _) {
            // The reader has gone.
        }
    }

    /// @return false when there is no further one
    private static boolean skipRequest(InputStream in) throws IOException {
        int length = 0;
        String line = readLine(in);
        if (line.isEmpty()) {
            return false;
        }
        for (; !line.isEmpty(); line = readLine(in)) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        in.skipNBytes(length);
        return true;
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.append((char) next);
        }
        return line.toString().strip();
    }

    private void answer(OutputStream out) throws IOException {
        Script now = script;
        out.write(HEAD);
        long pace = now.pace().toNanos();
        long due = System.nanoTime();
        for (int i = 0; i < now.chunks(); i++) {
            for (; System.nanoTime() < due; ) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            due += pace;
            send(out, SPOKEN_PARTS[0] + System.nanoTime() + SPOKEN_PARTS[1], "");
        }
        send(out, END, "0\r\n\r\n");
    }

    /// One write, as a provider sends one token.
    private static void send(OutputStream out, String text, String after) throws IOException {
        String framed = Integer.toHexString(text.length()) + "\r\n" + text + "\r\n" + after;
        out.write(framed.getBytes(ISO_8859_1));
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
