package dev.turnpike.egress;

import dev.turnpike.egress.EgressException.Reason;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The time that one fetch may take. When it is up, a watchdog closes the socket in use: limits of single reads would
/// not end a body, or a handshake, that comes byte by byte.
final class TimeLimit implements AutoCloseable {
    private final Duration time;
    private final long startNanos = System.nanoTime();
    private final Thread watchdog;
    private @Nullable Closeable inUse;
    private boolean up;
    private volatile boolean closed;

    TimeLimit(Duration time) {
        this.time = time;
        this.watchdog = Thread.ofVirtual().name("egress-watchdog").start(this::watch);
    }

    private void watch() {
        long left = remainingNanos();
        while (!closed && left > 0) {
            LockSupport.parkNanos(this, left);
            left = remainingNanos();
        }
        if (!closed) {
            expire();
        }
    }

    private synchronized void expire() {
        up = true;
        if (inUse != null) {
            quietly(inUse);
        }
    }

    /// From now on this is what is closed when the time is up; at once if it is.
    synchronized void watch(Closeable resource) {
        inUse = resource;
        if (up) {
            quietly(resource);
        }
    }

    /// What went wrong, if it was not just the time.
    EgressException orTimeout(EgressException failure) {
        return remainingNanos() > 0
                ? failure
                : new EgressException(Reason.TIMEOUT, "it was not there within " + time.toSeconds() + " seconds");
    }

    /// Rounded up, so that the time is up when they have passed.
    int remainingMillis() {
        return Math.clamp((remainingNanos() + 999_999) / 1_000_000, 1, Integer.MAX_VALUE);
    }

    private long remainingNanos() {
        return time.toNanos() - (System.nanoTime() - startNanos);
    }

    /// Runs what can't be interrupted, such as a look-up of a name, and leaves it to itself when the time is up.
    ///
    /// @throws IOException it failed, or took too long
    <T> T within(Callable<T> call) throws IOException {
        var task = new FutureTask<>(call);
        // Not a virtual thread: a look-up blocks the thread below it, of which a small machine has few.
        Thread.ofPlatform().daemon().name("egress-lookup").start(task);
        try {
            return task.get(remainingMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause());
        } catch (TimeoutException late) {
            throw new IOException(late);
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
            throw new IOException(end);
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(watchdog);
    }

    private static void quietly(Closeable resource) {
        try {
            resource.close();
        } catch (IOException _) {
            // It is gone either way.
        }
    }
}
