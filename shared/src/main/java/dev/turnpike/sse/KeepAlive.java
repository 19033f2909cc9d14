package dev.turnpike.sse;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/// Writes a comment whenever a stream has been silent for a while, so that nobody on the way takes it for dead.
public final class KeepAlive implements AutoCloseable {
    private final SseWriter writer;
    private final long periodNanos;
    private final Thread thread;
    private volatile boolean closed;

    private KeepAlive(SseWriter writer, Duration period) {
        this.writer = writer;
        this.periodNanos = period.toNanos();
        this.thread = Thread.ofVirtual().name("keep-alive").unstarted(this::run);
    }

    public static KeepAlive every(Duration period, SseWriter writer) {
        var keepAlive = new KeepAlive(writer, period);
        keepAlive.thread.start();
        return keepAlive;
    }

    private void run() {
        while (!closed) {
            long silentNanos = System.nanoTime() - writer.lastWriteNanos();
            if (silentNanos < periodNanos) {
                LockSupport.parkNanos(this, periodNanos - silentNanos);
            } else if (!written()) {
                return;
            }
        }
    }

    /// @return false when nobody listens any more; the writer of events will notice by itself
    private boolean written() {
        try {
            writer.keepAlive();
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// Ends the thread. Once this returns nothing more is written: what the stream leads to may be closed.
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
