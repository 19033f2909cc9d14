package dev.turnpike.aws;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.retry.RetryMode;

/// How long one write is tried again while the table is busy, with longer and longer pauses that others don't share.
public final class Patience {
    /// The client would go on for a minute by itself. A step that can't be committed for so long has lost its
    /// invocation, and nobody has let its message come again.
    private static final Duration OF_A_CALL = Duration.ofSeconds(10);

    private static final Duration WHOLE = Duration.ofSeconds(8);
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    private final long endNanos = System.nanoTime() + WHOLE.toNanos();
    private long millis = FIRST_PAUSE_MILLIS;

    Patience() {}

    /// The same for one call of the table's client, tries and pauses together.
    public static ClientOverrideConfiguration ofCalls() {
        return ClientOverrideConfiguration.builder()
                .retryStrategy(RetryMode.STANDARD)
                .apiCallTimeout(OF_A_CALL)
                .build();
    }

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
