package dev.turnpike.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A line to a model provider that resets the connection (RST, where a provider that ends it sends FIN) in the middle
/// of the answer to a request with [#MARK] in it.
final class ResettingLine implements AutoCloseable {
    static final String MARK = "[reset]";

    private static final String CHUNK = "data: ";
    private static final int CHUNKS_BEFORE_RESET = 3;

    private final URI provider;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    ResettingLine(URI provider) throws IOException {
        this.provider = provider;
        this.listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    URI baseUrl() {
        return URI.create("http://127.0.0.1:%d/v1".formatted(listener.getLocalPort()));
    }

    private void accept() {
        try {
            while (true) {
                Connection connection = new Connection(
                        listener.accept(), new Socket(InetAddress.getLoopbackAddress(), provider.getPort()));
                open.add(connection.client);
                open.add(connection.server);
                Thread.ofVirtual().start(connection::carryRequests);
                Thread.ofVirtual().start(connection::carryAnswers);
            }
        } catch (IOException _) {
            // It is closed.
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    private static final class Connection {
        private final Socket client;
        private final Socket server;
        private volatile boolean toBeReset;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void carryRequests() {
            try (client;
                    server) {
                InputStream from = client.getInputStream();
                OutputStream to = server.getOutputStream();
                var buffer = new byte[16 << 10];
                var tail = "";
                for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                    String text = tail + new String(buffer, 0, count, ISO_8859_1);
                    toBeReset |= text.contains(MARK);
                    tail = text.substring(Math.max(0, text.length() - MARK.length() + 1));
                    to.write(buffer, 0, count);
                }
            } catch (IOException _) {
                // One of the two went; now the other does.
            }
        }

        void carryAnswers() {
            try (client;
                    server) {
                InputStream from = server.getInputStream();
                OutputStream to = client.getOutputStream();
                var buffer = new byte[16 << 10];
                int chunks = 0;
                for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                    to.write(buffer, 0, count);
                    if (toBeReset) {
                        chunks += new String(buffer, 0, count, ISO_8859_1).split(CHUNK, -1).length - 1;
                    }
                    if (chunks >= CHUNKS_BEFORE_RESET) {
                        client.setSoLinger(true, 0);
                        return;
                    }
                }
            } catch (IOException _) {
                // As above.
            }
        }
    }
}
