package dev.turnpike.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.e2e.ChaosAnswer.Piece;
import dev.turnpike.tokens.JtokkitCounter;
import dev.turnpike.tokens.TokenCounter;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A model provider on a real socket that goes wrong byte by byte, as the test says for each model's name, and keeps
/// its own books of what it was asked and wrote.
///
/// Its rule of counting: a prompt counts as soon as the answer has the headers of a good one; an answer is the o200k
/// tokens of the words that were sent whole.
final class ChaosModel implements AutoCloseable {
    /// What is done with a request.
    interface Behaviour {
        void answer(Exchange exchange) throws IOException;
    }

    /// One request in the books.
    ///
    /// @param question what was said last by a person
    /// @param served whether its answer began as a good one does
    /// @param reported whether the answer said itself what it used
    record Met(
            String model, String question, boolean served, long promptTokens, long writtenTokens, boolean reported) {}

    static final String TEXT = "The ferry left at six and nobody on the pier saw its lights";

    private static final String STREAM_HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

    private final TokenCounter tokens = new JtokkitCounter();
    private final ChaosPrompt prompts = new ChaosPrompt(tokens);
    private final ServerSocket listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Map<String, Behaviour> behaviours = new ConcurrentHashMap<>();
    private final List<Exchange> exchanges = new CopyOnWriteArrayList<>();
    private volatile Behaviour others = Exchange::wholeAnswer;

    ChaosModel() throws IOException {
        Thread.ofVirtual().start(this::accept);
    }

    /// What `OPENAI_BASE_URL` is set to.
    URI baseUrl() {
        return URI.create("http://127.0.0.1:%d/v1".formatted(listener.getLocalPort()));
    }

    /// From now on, what becomes of requests for models that have no behaviour of their own.
    void letAll(Behaviour behaviour) {
        others = behaviour;
    }

    /// From now on; a model of no behaviour answers well.
    void let(String model, Behaviour behaviour) {
        behaviours.put(model, behaviour);
    }

    /// All requests so far, in their order.
    List<Met> met() {
        return exchanges.stream().map(Exchange::met).toList();
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
                behaviours.getOrDefault(exchange.model, others).answer(exchange);
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
        /// What a person said last, and how many tools have answered since.
        final String question;

        final int results;
        private final Socket socket;
        private final InputStream in;
        private final long promptTokens;
        private final long mostTokens;
        private final StringBuilder written = new StringBuilder();
        private ChaosAnswer answer = ChaosAnswer.says(TEXT);
        private int countedChars;
        private long countedTokens;
        private volatile boolean served;
        private volatile boolean reported;

        Exchange(Socket socket, InputStream in, String authorization, JsonNode body) {
            this.socket = socket;
            this.in = in;
            this.authorization = authorization;
            this.model = body.path("model").asString();
            List<JsonNode> messages = body.path("messages").valueStream().toList();
            this.promptTokens = prompts.tokens(body);
            this.mostTokens = body.path("max_completion_tokens")
                    .asLong(body.path("max_tokens").asLong(Long.MAX_VALUE));
            List<JsonNode> asked =
                    messages.stream().filter(message -> is(message, "user")).toList();
            this.question =
                    asked.isEmpty() ? "" : asked.getLast().path("content").asString("");
            this.results = (int) messages.reversed().stream()
                    .takeWhile(message -> !is(message, "user"))
                    .filter(message -> is(message, "tool"))
                    .count();
        }

        private static boolean is(JsonNode message, String role) {
            return message.path("role").asString("").equals(role);
        }

        synchronized Met met() {
            if (countedChars < written.length()) {
                countedChars = written.length();
                countedTokens = tokens.count(written.toString());
            }
            return new Met(model, question, served, served ? promptTokens : 0, countedTokens, reported);
        }

        /// Answers that from now on, as far as the request allows.
        void says(ChaosAnswer whole) {
            answer = whole.within(mostTokens, tokens);
        }

        private synchronized void note(String word) {
            written.append(word);
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

        /// The bytes of a good answer, head excluded.
        List<Piece> recording() {
            return answer.pieces(promptTokens, tokens);
        }

        void begin() throws IOException {
            send(STREAM_HEAD.getBytes(UTF_8));
            served = true;
        }

        void word(String word) throws IOException {
            send(ChaosAnswer.chunk(ChaosAnswer.event(ChaosAnswer.delta(word))));
            note(word);
        }

        void raw(String text) throws IOException {
            send(ChaosAnswer.chunk(text));
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
}
