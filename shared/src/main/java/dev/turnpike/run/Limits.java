package dev.turnpike.run;

import java.time.Duration;
import java.time.Instant;

/// What a run may use, fixed when it is created.
///
/// @param maxSteps model and tool steps together
/// @param maxAttempts tries of one step
/// @param deadline wall-clock end of the run
public record Limits(int maxSteps, int maxAttempts, Instant deadline) {
    private static final Duration AFTERWARDS = Duration.ofHours(1);

    /// How long a run and its conversation are kept that are not to be stored: a crash must not lose the run, and its
    /// caller must be able to read what came of it.
    public Instant unstoredUntil() {
        return deadline.plus(AFTERWARDS);
    }
}
