package dev.turnpike.e2e;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.tokens.JtokkitCounter;
import dev.turnpike.tokens.TokenCounter;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// A model provider on a real socket that goes wrong byte by byte, as the test says for each model's name, and keeps
/// its own books of what it was asked and wrote.
///
/// Its rule of counting: a prompt is the o200k tokens of its messages' texts and of its tools, and counts as soon as
/// the answer has the
/// headers of a good one; an answer is those of the words that were sent whole.
final class ChaosModel implements AutoCloseable {
    /// What is done with a request.
    interface Behaviour {
        void answer(Exchange exchange) throws IOException;
    }

    /// One request in the books.
    ///
    /// @param served whether its answer began as a good one does
    /// @param reported whether the answer said itself what it used
    record Met(String model, boolean served, long promptTokens, long writtenTokens, boolean reported) {}

    static final String TEXT = "The ferry left at six and nobody on the pier saw its lights";

    private static final List<String> WORDS = List.of(TEXT.split("(?= )"));
    private static final String STREAM_HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final TokenCounter tokens = new JtokkitCounter();
    private final ServerSocket listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Map<String, Behaviour> behaviours = new ConcurrentHashMap<>();
    private final List<Exchange> exchanges = new CopyOnWriteArrayList<>();

    ChaosModel() throws IOException {
        Thread.ofVirtual().start(this::accept);
    }

    /// What `OPENAI_BASE_URL` is set to.
    URI baseUrl() {
        return URI.create("http://127.0.0.1:%d/v1".formatted(listener.getLocalPort()));
    }

    /// From now on; a model of no behaviour answers well.
    void let(String model, Behaviour behaviour) {
        behaviours.put(model, behaviour);
    }

    /// All requests for a model so far, in their order.
    List<Met> met(String model) {
        return exchanges.stream()
                .filter(exchange -> exchange.model.equals(model))
                .map(Exchange::met)
                .toList();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException _) {
            // It is closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = new BufferedInputStream(socket.getInputStream());
            for (String head = head(in); head != null; head = head(in)) {
                JsonNode body =
                        Endpoint.MAPPER.readTree(in.readNBytes(Integer.parseInt(header(head, "content-length"))));
                var exchange = new Exchange(socket, in, header(head, "authorization"), body);
                exchanges.add(exchange);
                behaviours.getOrDefault(exchange.model, Exchange::wholeAnswer).answer(exchange);
            }
        } catch (IOException _) {
            // The caller has gone.
        } finally {
            open.remove(socket);
        }
    }

    /// Null when no further request comes.
    private static @Nullable String head(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static String header(String head, String name) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    /// One request and what becomes of it.
    final class Exchange {
        final String model;
        final String authorization;
        private final Socket socket;
        private final InputStream in;
        private final long promptTokens;
        private final StringBuilder written = new StringBuilder();
        private volatile boolean served;
        private volatile boolean reported;

        Exchange(Socket socket, InputStream in, String authorization, JsonNode body) {
            this.socket = socket;
            this.in = in;
            this.authorization = authorization;
            this.model = body.path("model").asString();
            this.promptTokens = body.path("messages")
                            .valueStream()
                            .mapToLong(message ->
                                    tokens.count(message.path("content").asString("")))
                            .sum()
                    + tokens.count(body.path("tools").toString());
        }

        Met met() {
            return new Met(model, served, served ? promptTokens : 0, tokens.count(written()), reported);
        }

        private synchronized void note(String word) {
            written.append(word);
        }

        private synchronized String written() {
            return written.toString();
        }

        /// Whether no request for this model came before.
        boolean isFirst() {
            return exchanges.stream()
                            .filter(other -> other.model.equals(model))
                            .findFirst()
                            .orElseThrow()
                    == this;
        }

        void wholeAnswer() throws IOException {
            answerUpTo(Integer.MAX_VALUE);
        }

        /// Sends a good answer's bytes, but no more than so many.
        ///
        /// @return whether it was sent whole
        boolean answerUpTo(int bytes) throws IOException {
            begin();
            int left = bytes;
            for (Piece piece : recording()) {
                byte[] event = piece.bytes();
                send(Arrays.copyOf(event, Math.min(event.length, left)));
                left -= event.length;
                if (left < 0) {
                    return false;
                }
                note(piece.word());
                reported |= piece.usage();
            }
            return true;
        }

        /// The bytes of a good answer, head excluded, and of the part of it that comes before its usage.
        List<Piece> recording() {
            List<Piece> pieces = new ArrayList<>();
            for (String word : WORDS) {
                pieces.add(new Piece(chunk(event(delta(word))), word, false));
            }
            pieces.add(new Piece(
                    chunk(event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}")), "", false));
            pieces.add(new Piece(chunk(event(usage())), "", true));
            pieces.add(new Piece(chunk("data: [DONE]\n\n"), "", false));
            pieces.add(new Piece("0\r\n\r\n".getBytes(UTF_8), "", false));
            return pieces;
        }

        private String usage() {
            long completion = tokens.count(TEXT);
            return "{\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"total_tokens\":%d}}"
                    .formatted(promptTokens, completion, promptTokens + completion);
        }

        void begin() throws IOException {
            send(STREAM_HEAD.getBytes(UTF_8));
            served = true;
        }

        void word(String word) throws IOException {
            send(chunk(event(delta(word))));
            note(word);
        }

        void raw(String text) throws IOException {
            send(chunk(text));
        }

        /// Sends the answer one byte at a time.
        void drip(Duration pause) throws IOException {
            begin();
            for (Piece piece : recording()) {
                for (byte next : piece.bytes()) {
                    if (isAloneAfter(pause)) {
                        return;
                    }
                    send(new byte[] {next});
                }
                note(piece.word());
            }
        }

        /// Refuses, or fails.
        void status(int status, Map<String, String> headers, String body) throws IOException {
            var head = new StringBuilder(
                    "HTTP/1.1 %d Because\r\nContent-Length: %d\r\n".formatted(status, body.getBytes(UTF_8).length));
            headers.forEach((name, value) ->
                    head.append(name).append(": ").append(value).append("\r\n"));
            served = status == 200;
            send((head + "\r\n" + body).getBytes(UTF_8));
        }

        void hangUp() throws IOException {
            socket.close();
        }

        /// Ends the connection with RST, in place of FIN.
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        void waitForTheEnd() throws IOException {
            while (!isAloneAfter(Duration.ofSeconds(30))) {
                // The caller waits, too.
            }
        }

        /// Whether the caller goes within that time.
        boolean isAloneAfter(Duration pause) throws IOException {
            socket.setSoTimeout(Math.toIntExact(pause.toMillis()));
            try {
                return in.read() < 0;
            } catch (SocketTimeoutException _) {
                return false;
            } finally {
                socket.setSoTimeout(0);
            }
        }

        private void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        }
    }

    /// A chunk of the recording.
    ///
    /// @param word of the answer that it brings, or nothing
    /// @param usage whether it says what was used
    @SuppressWarnings("ArrayRecordComponent") // made once, never compared
    record Piece(byte[] bytes, String word, boolean usage) {}

    private static String delta(String word) {
        ObjectNode chunk =
                Endpoint.MAPPER.createObjectNode().put("id", "chatcmpl-1").put("object", "chat.completion.chunk");
        chunk.putArray("choices").addObject().put("index", 0).putObject("delta").put("content", word);
        return chunk.toString();
    }

    private static String event(String data) {
        return "data: " + data + "\n\n";
    }

    private static byte[] chunk(String text) {
        var chunk = new ByteArrayOutputStream();
        byte[] bytes = text.getBytes(UTF_8);
        chunk.writeBytes((Integer.toHexString(bytes.length) + "\r\n").getBytes(ISO_8859_1));
        chunk.writeBytes(bytes);
        chunk.writeBytes("\r\n".getBytes(ISO_8859_1));
        return chunk.toByteArray();
    }
}
