package dev.turnpike.run;

import java.time.Instant;

/// What a run may use, fixed when it is created.
///
/// @param maxSteps model and tool steps together
/// @param maxAttempts tries of one step
/// @param deadline wall-clock end of the run
public record Limits(int maxSteps, int maxAttempts, Instant deadline) {}
