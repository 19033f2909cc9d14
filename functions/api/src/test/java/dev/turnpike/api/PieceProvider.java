package dev.turnpike.api;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/// A model provider on a real socket that answers every request with the same body, in pieces. Each piece is a chunk of
/// HTTP's own, so that its reader gets it apart from the others however fast they follow.
final class PieceProvider implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> connections = new CopyOnWriteArrayList<>();
    private volatile Reply reply = new Reply("text/event-stream", List.of());

    private record Reply(String contentType, List<byte[]> pieces) {}

    PieceProvider() throws IOException {
        Thread.ofVirtual().start(this::accept);
    }

    URI baseUri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1/");
    }

    /// From now on.
    void answers(String contentType, List<byte[]> pieces) {
        reply = new Reply(contentType, pieces);
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
            var out = new BufferedOutputStream(connection.getOutputStream());
            while (takeRequest(in)) {
                write(reply, out);
            }
        } catch (IOException _) {
            // The caller has hung up, as one does whom the answer gave enough.
        }
    }

    /// @return whether there was one
    private static boolean takeRequest(InputStream in) throws IOException {
        int length = 0;
        String line = line(in);
        if (line.isEmpty()) {
            return false;
        }
        for (; !line.isEmpty(); line = line(in)) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(
                        line.substring("content-length:".length()).strip());
            }
        }
        in.skipNBytes(length);
        return true;
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next >= 0 && next != '\n'; next = in.read()) {
            line.append((char) next);
        }
        return line.toString().strip();
    }

    private static void write(Reply reply, OutputStream out) throws IOException {
        out.write(("HTTP/1.1 200 OK\r\nContent-Type: " + reply.contentType + "\r\nTransfer-Encoding: chunked\r\n\r\n")
                .getBytes(US_ASCII));
        for (byte[] piece : reply.pieces) {
            if (piece.length > 0) {
                out.write((Integer.toHexString(piece.length) + "\r\n").getBytes(US_ASCII));
                out.write(piece);
                out.write("\r\n".getBytes(US_ASCII));
            }
        }
        out.write("0\r\n\r\n".getBytes(US_ASCII));
        out.flush();
    }
}
