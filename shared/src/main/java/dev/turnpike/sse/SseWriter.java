package dev.turnpike.sse;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/// Writes server-sent events, each with one write and one flush, so that each leaves at once and in one piece.
///
/// Source: WHATWG HTML, "Server-sent events". Several threads may write; events do not mix.
public final class SseWriter {
    private static final byte[] EVENT = ascii("event: ");
    private static final byte[] DATA = ascii("\ndata: ");
    private static final byte[] END = ascii("\n\n");
    private static final byte[] KEEP_ALIVE = ascii(": keep-alive\n\n");
    private static final byte[] DONE = ascii("data: [DONE]\n\n");

    private final OutputStream out;
    private final ReentrantLock lock = new ReentrantLock();
    private final SseFrame frame = new SseFrame();
    private volatile long lastWriteNanos = System.nanoTime();

    public SseWriter(OutputStream out) {
        this.out = out;
    }

    /// What an event's data is written with.
    public interface Data {
        void write(SseFrame frame) throws IOException;
    }

    /// @param name the event's name, one line of ASCII
    /// @param data must write JSON without line ends
    public void event(String name, Data data) throws IOException {
        lock.lock();
        try {
            frame.reset();
            frame.bytes(EVENT);
            frame.ascii(name);
            frame.bytes(DATA);
            data.write(frame);
            frame.bytes(END);
            send();
        } finally {
            lock.unlock();
        }
    }

    /// A frame whose beginning is the same each time: the path that every token takes.
    ///
    /// @param beginning from `event:` to somewhere inside the data
    public void event(byte[] beginning, Data data) throws IOException {
        lock.lock();
        try {
            frame.reset();
            frame.bytes(beginning);
            data.write(frame);
            frame.bytes(END);
            send();
        } finally {
            lock.unlock();
        }
    }

    /// The same where the data is a text between two pieces that are the same each time.
    ///
    /// @param text becomes a JSON string
    /// @param rest of the data
    public void event(byte[] beginning, String text, byte[] rest) throws IOException {
        lock.lock();
        try {
            frame.reset();
            frame.bytes(beginning);
            frame.quoted(text);
            frame.bytes(rest);
            frame.bytes(END);
            send();
        } finally {
            lock.unlock();
        }
    }

    /// Events that were written before, as they were.
    public void events(String events) throws IOException {
        raw(events.getBytes(StandardCharsets.UTF_8));
    }

    /// The end of a good stream.
    public void done() throws IOException {
        raw(DONE);
    }

    /// A comment, which readers skip.
    public void keepAlive() throws IOException {
        raw(KEEP_ALIVE);
    }

    /// Since when nothing has been written, by `System.nanoTime`.
    long lastWriteNanos() {
        return lastWriteNanos;
    }

    private void raw(byte[] bytes) throws IOException {
        lock.lock();
        try {
            frame.reset();
            frame.bytes(bytes);
            send();
        } finally {
            lock.unlock();
        }
    }

    private void send() throws IOException {
        frame.writeTo(out);
        out.flush();
        lastWriteNanos = System.nanoTime();
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
