package dev.turnpike.model;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A response body that does not keep its reader waiting for ever: a watchdog closes it when a limit is reached, which
/// makes the blocked read fail. The request's own timeout covers no streamed body.
///
/// Silence is counted only while a read waits. A reader that takes its time over what it has read is not the
/// provider's silence.
///
/// Every timeout is an [HttpTimeoutException] whose message can be shown.
final class WatchedBody extends InputStream {
    private static final long NOT_READING = -1;
    /// For what follows an answer's end: that end should be here already.
    private static final Duration END_WAIT = Duration.ofMillis(100);

    private final InputStream body;
    private final Deadline deadline;
    private final Duration idle;
    private final long created = System.nanoTime();
    private final Thread watchdog;

    private volatile Duration silence;
    private volatile long readSince = NOT_READING; // nanoseconds after `created`
    private volatile @Nullable String expired;
    private volatile boolean closed;
    private boolean begun;

    /// Watches from now on, until it is closed.
    ///
    /// @param firstByte what is left of the wait for the first byte
    WatchedBody(InputStream body, Deadline deadline, Duration firstByte, Duration idle) {
        this.body = body;
        this.deadline = deadline;
        this.silence = firstByte;
        this.idle = idle;
        this.watchdog = Thread.ofVirtual().name("answer-watchdog").start(this::watch);
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = watchedRead(bytes, offset, length);
        if (!begun) {
            // Only now that no read waits: this one may have waited longer than the new limit allows.
            begun = true;
            limitSilence(idle);
        }
        return count;
    }

    private int watchedRead(byte[] bytes, int offset, int length) throws IOException {
        readSince = now();
        try {
            int count = body.read(bytes, offset, length);
            requireTime();
            return count;
        } catch (IOException e) {
            requireTime();
            throw e;
        } finally {
            readSince = NOT_READING;
        }
    }

    /// Reads the little that follows an answer, so that the connection can serve the next call; if the provider does
    /// not end it there, the connection is given up.
    void readToEnd() {
        limitSilence(END_WAIT);
        long start = now();
        var rest = new byte[1024];
        try {
            int count = 0;
            while (count >= 0 && now() - start < END_WAIT.toNanos()) {
                count = read(rest);
            }
        } catch (IOException _) {
            // No end in time. The answer is complete all the same.
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(watchdog);
        try {
            body.close();
        } catch (IOException _) {
            // Whoever still reads is told so by his read; what was read stays good.
        }
    }

    private void limitSilence(Duration limit) {
        silence = limit;
        LockSupport.unpark(watchdog);
    }

    private void requireTime() throws HttpTimeoutException {
        String reason = expired;
        if (reason != null) {
            throw new HttpTimeoutException(reason);
        }
    }

    private void watch() {
        while (!closed) {
            Duration limit = silence;
            long since = readSince;
            Duration left = since == NOT_READING ? limit : limit.minusNanos(now() - since);
            if (deadline.passed()) {
                expire("The model's answer was not complete in the time that was left for it.");
            } else if (!left.isPositive()) {
                expire("The model provider was silent for " + limit.toMillis() + " ms.");
            } else {
                LockSupport.parkNanos(shorter(left, deadline.remaining()).toNanos());
            }
        }
    }

    private void expire(String reason) {
        expired = reason;
        close();
    }

    private long now() {
        return System.nanoTime() - created;
    }

    static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
