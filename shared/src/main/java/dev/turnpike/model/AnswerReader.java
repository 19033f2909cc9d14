package dev.turnpike.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.json.MalformedJsonException;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.sse.EventTooLongException;
import dev.turnpike.sse.SseReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;

/// Reads the body of a good answer into an accumulator, up to its end.
///
/// What the body is, is told by its first byte: providers that ignore `stream` send one JSON document, proxies send
/// pages, and the content type of each may say anything.
final class AnswerReader {
    /// Bytes of data; what is shorter may be the end mark instead of a chunk.
    private static final int SHORT = 16;

    private final Accumulator answer;
    private final String model;
    private final long maxSize;
    private final ChunkParser parser = new ChunkParser();
    private boolean ended;

    /// @param model named in the message of a failure
    /// @param maxSize characters after which the answer is cut
    AnswerReader(Accumulator answer, String model, long maxSize) {
        this.answer = answer;
        this.model = model;
        this.maxSize = maxSize;
    }

    /// Returns when the answer is complete, or was cut.
    ///
    /// @throws IOException the connection broke, or was closed by the watchdog, before that
    void read(InputStream body) throws IOException, ModelException {
        var in = new PushbackInputStream(body);
        int first = skipSpace(in);
        if (first >= 0) {
            in.unread(first);
        }
        switch (first) {
            case '{' -> readDocument(in);
            case '<' -> throw unreadable("a page instead of an answer");
            default -> readStream(in);
        }
        requireEnd();
    }

    private static int skipSpace(InputStream in) throws IOException {
        int next = in.read();
        while (next == ' ' || next == '\t' || next == '\r' || next == '\n') {
            next = in.read();
        }
        return next;
    }

    private void readDocument(InputStream in) throws IOException, ModelException {
        byte[] document = in.readNBytes(SseReader.MAX_EVENT_BYTES + 1);
        if (document.length > SseReader.MAX_EVENT_BYTES) {
            throw unreadable("an answer that is too long");
        }
        try {
            add(document, 0, document.length);
        } catch (MalformedJsonException _) {
            throw unreadable("an answer that is not JSON");
        }
        ended = true;
    }

    private void readStream(InputStream in) throws IOException, ModelException {
        var sse = new SseReader(in);
        try {
            while (!ended && sse.next()) {
                take(sse);
            }
        } catch (EventTooLongException _) {
            throw unreadable("an event that is too long");
        } catch (IOException e) {
            if (!answer.finished()) {
                throw e;
            }
            // The answer is whole; what broke off is at most a usage report, which is estimated then.
        }
    }

    private void take(SseReader sse) throws ModelException {
        if (sse.event().equals("error")) {
            throw ProviderError.inStream(sse.data(), model);
        }
        if (sse.length() < SHORT) {
            String data = sse.data().strip();
            ended = data.equals("[DONE]");
            if (ended || data.isEmpty()) {
                return;
            }
        }
        try {
            add(sse.buffer(), sse.offset(), sse.length());
        } catch (MalformedJsonException _) {
            throw sse.endedEarly() ? brokenOff() : unreadable("a chunk that is not JSON");
        }
        if (answer.size() > maxSize) {
            answer.cut();
            ended = true;
        }
    }

    private void add(byte[] bytes, int offset, int length) throws ModelException {
        Chunk chunk = parser.parse(bytes, offset, length);
        answer.add(chunk);
        if (chunk.failed()) {
            throw ProviderError.inStream(new String(bytes, offset, length, UTF_8), model);
        }
    }

    private void requireEnd() throws ModelException {
        if (!ended && !answer.finished()) {
            throw brokenOff();
        }
        if (!answer.finished() && !answer.started()) {
            throw unreadable("an empty answer");
        }
    }

    private static ModelException brokenOff() {
        return new ModelException(Kind.CONNECTION, "The model's answer broke off before its end. Try again.");
    }

    private static ModelException unreadable(String what) {
        return new ModelException(
                Kind.UNREADABLE, "The model provider sent " + what + ". Check the provider's base URL, or try again.");
    }
}
