package dev.turnpike.lambda;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The output of one invocation: kept until the first flush, streamed from then on.
///
/// A flush is one HTTP chunk, and a chunk is one write to the socket. The buffer therefore has room before the
/// payload for the chunk's size line and after it for its end, and a flush costs no copy and no garbage. A flush
/// with nothing written sends nothing, since an empty chunk would be the last one.
///
/// When the Runtime API stops listening, the handler is let finish what it does: its output is dropped from then
/// on.
///
/// Safe for use by several threads, so that a heartbeat can write between the events of an answer.
final class ResponseStream extends OutputStream {
    /// Once streaming, this much leaves without being flushed: memory is bounded whatever the handler writes.
    private static final int CHUNK_BYTES = 16 * 1024;

    private static final int HEAD_ROOM = "7fffffff\r\n".length();
    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(ISO_8859_1);
    private static final int TAIL_ROOM = "\r\n".length() + LAST_CHUNK.length;
    private static final byte[] HEX_DIGITS = "0123456789abcdef".getBytes(ISO_8859_1);

    /// Opens the response when it begins.
    @FunctionalInterface
    interface Opening {
        StreamedPost open() throws IOException;
    }

    private enum State {
        BUFFERING,
        STREAMING,
        LOST,
        ENDED
    }

    private final Opening opening;
    private final JsonLog log;
    private State state = State.BUFFERING;
    private boolean closed;
    private byte[] buffer = new byte[HEAD_ROOM + CHUNK_BYTES + TAIL_ROOM];
    private int end = HEAD_ROOM;
    private @Nullable HttpConnection connection;

    ResponseStream(Opening opening, JsonLog log) {
        this.opening = opening;
        this.log = log;
    }

    @Override
    public synchronized void write(int b) throws IOException {
        requireOpen();
        makeRoom(1);
        buffer[end++] = (byte) b;
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        requireOpen();
        int from = offset;
        int left = length;
        while (left > 0) {
            int size = Math.min(left, makeRoom(left));
            System.arraycopy(bytes, from, buffer, end, size);
            end += size;
            from += size;
            left -= size;
        }
    }

    /// @return how many bytes fit now: all that are wanted while buffering, at least one when streaming
    private int makeRoom(int wanted) {
        int room = buffer.length - TAIL_ROOM - end;
        if (room >= wanted) {
            return room;
        }
        if (state == State.BUFFERING) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, end + wanted + TAIL_ROOM));
            return wanted;
        }
        if (room == 0) {
            sendChunk();
        }
        return buffer.length - TAIL_ROOM - end;
    }

    @Override
    public synchronized void flush() throws IOException {
        requireOpen();
        sendChunk();
    }

    /// Ends the handler's writing, not the answer: that ends when the handler returns, and may still fail until
    /// then.
    @Override
    public synchronized void close() {
        closed = true;
    }

    private void requireOpen() throws IOException {
        if (closed || state == State.ENDED) {
            throw new IOException("The output of this invocation is closed");
        }
    }

    /// Whether any of the answer may have left: then it can no longer be replaced by an error.
    synchronized boolean began() {
        return state != State.BUFFERING;
    }

    /// What was written, of an answer that never began to stream. The stream ends with this.
    synchronized byte[] takeBuffered() {
        state = State.ENDED;
        return Arrays.copyOfRange(buffer, HEAD_ROOM, end);
    }

    /// Ends a streamed answer well.
    ///
    /// @throws IOException if the Runtime API did not say what it thinks of it
    synchronized HttpAnswer end() throws IOException {
        return end(LAST_CHUNK);
    }

    /// Ends a streamed answer with a failure: what was written leaves, then the report follows in the trailers.
    synchronized HttpAnswer endWith(FailureReport report) throws IOException {
        String trailers = "0\r\n" + FailureReport.TYPE_HEADER + ": " + FailureReport.HANDLER_FAILED + "\r\n"
                + FailureReport.BODY_HEADER + ": " + Base64.getEncoder().encodeToString(report.toJson()) + "\r\n\r\n";
        return end(trailers.getBytes(ISO_8859_1));
    }

    private HttpAnswer end(byte[] lastChunk) throws IOException {
        HttpConnection stream = connection;
        if (state != State.STREAMING || stream == null) {
            state = State.ENDED;
            throw new IOException("its stream had broken off");
        }
        state = State.ENDED;
        try (stream) {
            int start = end == HEAD_ROOM ? HEAD_ROOM : frame();
            buffer = end + lastChunk.length > buffer.length ? Arrays.copyOf(buffer, end + lastChunk.length) : buffer;
            System.arraycopy(lastChunk, 0, buffer, end, lastChunk.length);
            stream.send(buffer, start, end + lastChunk.length - start);
            return stream.receive();
        }
    }

    private void sendChunk() {
        if (end == HEAD_ROOM) {
            return;
        }
        try {
            if (state == State.BUFFERING) {
                begin();
            } else if (state == State.STREAMING && connection != null) {
                int start = frame();
                connection.send(buffer, start, end - start);
            }
        } catch (IOException gone) {
            state = State.LOST;
            if (connection != null) {
                connection.close();
            }
            log.log("The Runtime API no longer takes this answer, the rest of it is dropped: " + gone, LogLevel.WARN);
        }
        end = HEAD_ROOM;
    }

    /// The request's head and all that was written so far leave together.
    private void begin() throws IOException {
        StreamedPost post = opening.open();
        connection = post.connection();
        state = State.STREAMING;
        int start = frame();
        byte[] first = Arrays.copyOf(post.head(), post.head().length + end - start);
        System.arraycopy(buffer, start, first, post.head().length, end - start);
        post.connection().send(first, 0, first.length);
    }

    /// Makes the payload a chunk, in place.
    ///
    /// @return where it starts in the buffer; it ends at `end`
    private int frame() {
        int size = end - HEAD_ROOM;
        int start = HEAD_ROOM;
        buffer[--start] = '\n';
        buffer[--start] = '\r';
        for (; size != 0; size >>>= 4) {
            buffer[--start] = HEX_DIGITS[size & 0xf];
        }
        buffer[end++] = '\r';
        buffer[end++] = '\n';
        return start;
    }
}
