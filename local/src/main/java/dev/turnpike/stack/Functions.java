package dev.turnpike.stack;

import dev.turnpike.gateway.Function;
import dev.turnpike.local.Closing;
import dev.turnpike.trigger.BatchFunction;
import java.time.Duration;

/// The functions of the stack, wherever they run.
record Functions(
        Function api,
        BatchFunction worker,
        BatchFunction deadSteps,
        BatchFunction intake,
        Runnable reaper,
        Closing parts)
        implements AutoCloseable {
    /// As `template.yaml` sets them.
    static final Duration API_TIMEOUT = Duration.ofMinutes(15);

    static final Duration WORKER_TIMEOUT = Duration.ofMinutes(15);
    static final Duration DEAD_STEPS_TIMEOUT = Duration.ofMinutes(1);
    static final Duration INTAKE_TIMEOUT = Duration.ofMinutes(1);
    static final Duration REAPER_TIMEOUT = Duration.ofSeconds(50);

    @Override
    public void close() {
        parts.close();
    }
}
