package dev.turnpike.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A provider on a real socket that plays one script for every request, byte for byte.
final class ScriptedProvider implements AutoCloseable {
    static final String STREAM_HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    /// Without a length: the body ends with the connection.
    static final String OPEN_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

    static final String LAST_CHUNK = "0\r\n\r\n";

    interface Script {
        void play(Wire wire) throws IOException;
    }

    private final ServerSocket server = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
    private final Script script;
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final CountDownLatch hungUp = new CountDownLatch(1);

    ScriptedProvider(Script script) throws IOException {
        this.script = script;
        Thread.ofVirtual().start(this::accept);
    }

    URI baseUri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1/");
    }

    /// The last request as it came, its header names in lower case.
    String request() {
        return requests.getLast();
    }

    int connectionCount() {
        return connections.size();
    }

    /// Whether the caller closes a connection while its answer is still being sent.
    boolean isHungUpOn() throws InterruptedException {
        return hungUp.await(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket connection : connections) {
            connection.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket connection = server.accept();
                connections.add(connection);
                Thread.ofVirtual().start(() -> serve(connection));
            }
        } catch (IOException _) {
            // The test is over.
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            var in = new BufferedInputStream(connection.getInputStream());
            for (String request = read(in); request != null; request = read(in)) {
                requests.add(request);
                script.play(new Wire(connection, in, request));
            }
        } catch (IOException _) {
            hungUp.countDown();
        }
    }

    private static @Nullable String read(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        while (!head.toString(UTF_8).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.write(next);
        }
        String text = head.toString(UTF_8);
        String length = text.toLowerCase(Locale.ROOT).split("content-length: ", 2)[1];
        return text + new String(in.readNBytes(Integer.parseInt(length.substring(0, length.indexOf('\r')))), UTF_8);
    }

    /// One answer in the making.
    final class Wire {
        private final Socket connection;
        private final InputStream in;
        private final String request;

        Wire(Socket connection, InputStream in, String request) {
            this.connection = connection;
            this.in = in;
            this.request = request;
        }

        /// What is answered, as it came.
        String request() {
            return request;
        }

        Wire send(String text) throws IOException {
            connection.getOutputStream().write(text.getBytes(UTF_8));
            connection.getOutputStream().flush();
            return this;
        }

        /// Sends an event as one chunk of a chunked body.
        Wire event(String data) throws IOException {
            byte[] event = ("data: " + data + "\n\n").getBytes(UTF_8);
            return send(Integer.toHexString(event.length) + "\r\n" + new String(event, UTF_8) + "\r\n");
        }

        Wire text(String delta) throws IOException {
            return event("{\"choices\":[{\"delta\":{\"content\":\"" + delta + "\"}}]}");
        }

        /// Ends the connection in good order, whatever was promised.
        void hangUp() throws IOException {
            connection.close();
        }

        /// Breaks the connection.
        void reset() throws IOException {
            connection.setSoLinger(true, 0);
            connection.close();
        }

        /// Waits until the caller hangs up.
        void stall() throws IOException {
            while (!callerIsGoneWithin(Duration.ofSeconds(20))) {
                // He waits too.
            }
        }

        boolean callerIsGoneWithin(Duration wait) throws IOException {
            connection.setSoTimeout(Math.toIntExact(wait.toMillis()));
            try {
                boolean gone = in.read() < 0;
                if (gone) {
                    hungUp.countDown();
                }
                return gone;
            } catch (SocketTimeoutException _) {
                return false;
            }
        }
    }
}
