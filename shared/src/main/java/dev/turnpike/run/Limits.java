package dev.turnpike.run;

import dev.turnpike.access.Cap;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// What a run may use, fixed when it is created.
///
/// @param maxSteps model and tool steps together
/// @param maxAttempts tries of one step
/// @param deadline wall-clock end of the run
/// @param caps on what it and its payer may use
public record Limits(int maxSteps, int maxAttempts, Instant deadline, List<Cap> caps) {
    private static final Duration AFTERWARDS = Duration.ofHours(1);

    /// How long a run and its conversation are kept that are not to be stored: a crash must not lose the run, and its
    /// caller must be able to read what came of it.
    public Instant unstoredUntil() {
        return deadline.plus(AFTERWARDS);
    }
}
