package dev.turnpike.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One connection of an environment to the Runtime API, and the invocation that was handed over on it.
final class RuntimeConnection implements AutoCloseable {
    private static final byte[] EMPTY = new byte[0];

    private final Socket socket;
    private final InputStream input;
    private final OutputStream output;
    private @Nullable Invocation held;

    RuntimeConnection(Socket socket) throws IOException {
        this.socket = socket;
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        this.input = new BufferedInputStream(socket.getInputStream());
        this.output = socket.getOutputStream();
    }

    /// The next request, its body not read yet; null once the other side has closed the connection.
    @Nullable
    RuntimeRequest read() throws IOException {
        return RuntimeRequest.read(input);
    }

    /// Answers the `/invocation/next` that waits on this connection.
    void handOver(Invocation invocation) throws IOException {
        hold(invocation);
        String headers = "Content-Type: application/json\r\n"
                + "Lambda-Runtime-Aws-Request-Id: " + invocation.requestId() + "\r\n"
                + "Lambda-Runtime-Invocation-Id: " + invocation.invocationId() + "\r\n"
                + "Lambda-Runtime-Deadline-Ms: " + invocation.deadline().toEpochMilli() + "\r\n"
                + "Lambda-Runtime-Trace-Id: " + newTraceId() + "\r\n"
                + "Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:local:000000000000:function:local\r\n";
        answer("200 OK", headers, invocation.event());
    }

    private static String newTraceId() {
        String random = UUID.randomUUID().toString().replace("-", "");
        return "Root=1-%08x-%s;Parent=%s;Sampled=0"
                .formatted(Instant.now().getEpochSecond(), random.substring(0, 24), random.substring(16));
    }

    synchronized void hold(Invocation invocation) {
        held = invocation;
    }

    /// The invocation that was handed over here, which is no longer held then.
    synchronized @Nullable Invocation release() {
        Invocation released = held;
        held = null;
        return released;
    }

    void restored() throws IOException {
        answer("200 OK", "", EMPTY);
    }

    void answer(Verdict verdict) throws IOException {
        answer(verdict.statusLine(), "Content-Type: application/json\r\n", verdict.body());
    }

    private synchronized void answer(String status, String headers, byte[] body) throws IOException {
        String head = "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + body.length + "\r\n\r\n";
        var whole = new ByteArrayOutputStream(head.length() + body.length);
        whole.writeBytes(head.getBytes(ISO_8859_1));
        whole.writeBytes(body);
        whole.writeTo(output);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException _) {
            // It is gone either way.
        }
    }
}
