package dev.turnpike.admission;

import dev.turnpike.access.Cap;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/// What every run is given.
///
/// @param maxAttempts tries of one step
/// @param runTimeout wall time of a run
/// @param conversationTtl how long a conversation lives after its last run
/// @param caps of the deployment
/// @param priced whether it is known what a model costs
public record AdmissionSettings(
        int maxSteps,
        int maxAttempts,
        Duration runTimeout,
        Duration conversationTtl,
        List<Cap> caps,
        Predicate<String> priced) {}
