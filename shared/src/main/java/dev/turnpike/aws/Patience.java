package dev.turnpike.aws;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/// How long one write is tried again while the table is busy, with longer and longer pauses that others don't share.
final class Patience {
    private static final Duration WHOLE = Duration.ofSeconds(8);
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    private final long endNanos = System.nanoTime() + WHOLE.toNanos();
    private long millis = FIRST_PAUSE_MILLIS;

    /// Waits before another try.
    ///
    /// @return false at once when it has been long enough
    boolean pause() {
        if (System.nanoTime() - endNanos > 0) {
            return false;
        }
        long jittered = ThreadLocalRandom.current().nextLong(millis / 2, millis + 1);
        LockSupport.parkNanos(Duration.ofMillis(jittered).toNanos());
        millis = Math.min(2 * millis, LONGEST_PAUSE_MILLIS);
        return true;
    }
}
