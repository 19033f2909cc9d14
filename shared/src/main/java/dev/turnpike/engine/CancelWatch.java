package dev.turnpike.engine;

import dev.turnpike.run.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Looks from time to time whether a run's end is wanted, and interrupts its holder then: a blocked read of the model's
/// stream fails and closes the connection, a wait for a tool ends.
///
/// The interrupt reaches only what may be broken off. Whatever must run to its end runs [#uninterrupted]; the interrupt
/// waits until it is over.
final class CancelWatch implements AutoCloseable {
    /// Interrupts are repeated until the holder has left its work: a library may swallow one.
    private static final Duration REMINDER = Duration.ofMillis(100);

    private final Thread holder = Thread.currentThread();
    private final ReentrantLock interrupting = new ReentrantLock();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean noticed;

    private CancelWatch() {}

    /// Watches over what the calling thread does from now on until this is closed.
    ///
    /// @param wanted whether the run's end is wanted; it may throw, then the next look counts
    static CancelWatch start(BooleanSupplier wanted, Duration interval) {
        var watch = new CancelWatch();
        Thread.ofVirtual().name("cancel-watch").start(() -> watch.look(wanted, interval));
        return watch;
    }

    private void look(BooleanSupplier wanted, Duration interval) {
        try {
            while (!noticed && !closed.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                noticed = asks(wanted);
            }
            while (noticed && !closed.await(REMINDER.toMillis(), TimeUnit.MILLISECONDS)) {
                interrupt();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean asks(BooleanSupplier wanted) {
        try {
            return wanted.getAsBoolean();
        } catch (StoreUnavailableException _) {
            return false;
        }
    }

    private void interrupt() {
        interrupting.lock();
        try {
            if (closed.getCount() > 0) {
                holder.interrupt();
            }
        } finally {
            interrupting.unlock();
        }
    }

    /// Whether the holder is being interrupted for that reason.
    boolean noticed() {
        return noticed;
    }

    /// Called by the holder.
    void uninterrupted(Runnable work) {
        var _ = uninterrupted(() -> {
            work.run();
            return true;
        });
    }

    <T> T uninterrupted(Supplier<T> work) {
        interrupting.lock();
        boolean interrupted = Thread.interrupted();
        try {
            return work.get();
        } finally {
            if (interrupted) {
                holder.interrupt();
            }
            interrupting.unlock();
        }
    }

    /// From now on nothing is interrupted; called by the holder.
    @Override
    public void close() {
        interrupting.lock();
        try {
            closed.countDown();
            if (noticed) {
                var _ = Thread.interrupted();
            }
        } finally {
            interrupting.unlock();
        }
    }
}
