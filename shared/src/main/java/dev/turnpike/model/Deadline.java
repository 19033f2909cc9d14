package dev.turnpike.model;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// A moment by which something must have ended, on a clock that tests can set.
public record Deadline(Instant at, InstantSource clock) {
    public static Deadline in(Duration duration, InstantSource clock) {
        return new Deadline(clock.instant().plus(duration), clock);
    }

    /// Time left; zero once it has passed, never negative.
    public Duration remaining() {
        Duration left = Duration.between(clock.instant(), at);
        return left.isNegative() ? Duration.ZERO : left;
    }

    public boolean passed() {
        return remaining().isZero();
    }

    /// The same deadline, `margin` earlier.
    public Deadline minus(Duration margin) {
        return new Deadline(at.minus(margin), clock);
    }

    /// Whichever of the two comes first.
    public Deadline orEarlier(Instant other) {
        return other.isBefore(at) ? new Deadline(other, clock) : this;
    }
}
