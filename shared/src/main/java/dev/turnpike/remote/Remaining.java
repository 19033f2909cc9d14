package dev.turnpike.remote;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// How long a call may take.
final class Remaining {
    private static final Duration LEAST = Duration.ofMillis(1);

    private Remaining() {}

    /// Until the deadline, and no longer than the tool's own limit.
    static Duration of(Instant deadline, Duration most, InstantSource clock) {
        Duration left = Duration.between(clock.instant(), deadline);
        Duration shorter = left.compareTo(most) < 0 ? left : most;
        return shorter.compareTo(LEAST) < 0 ? LEAST : shorter;
    }
}
