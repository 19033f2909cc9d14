package dev.turnpike.run;

import java.time.Duration;

/// The engine's numbers.
///
/// @param owner who holds leases here, for people who read the table
/// @param leaseExtra how long a lease outlives its invocation
/// @param leaseMargin a model is cut this long before the lease ends
/// @param finishMargin and this long before the invocation ends, so that what it said can be committed
/// @param modelTimeout longest model call
/// @param modelStepNeeds a model step is not started with less time than this
/// @param toolStepNeeds nor a tool step with less than this
/// @param toolTimeout of one tool call
/// @param parallelTools calls of one step that run at once
/// @param maxHistory most items of the past that a model is shown
/// @param contextWindow tokens; 0 for the model's own
public record EngineSettings(
        String owner,
        Duration leaseExtra,
        Duration leaseMargin,
        Duration finishMargin,
        Duration modelTimeout,
        Duration modelStepNeeds,
        Duration toolStepNeeds,
        Duration toolTimeout,
        int parallelTools,
        int maxHistory,
        long contextWindow,
        Duration firstRetryDelay,
        Duration maxRetryDelay) {

    public static EngineSettings defaults(String owner) {
        return new EngineSettings(
                owner,
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                Duration.ofSeconds(15),
                Duration.ofMinutes(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(20),
                Duration.ofSeconds(60),
                8,
                100,
                0,
                Duration.ofSeconds(2),
                Duration.ofMinutes(10));
    }

    public EngineSettings with(Duration modelTimeout, int maxHistory, long contextWindow) {
        return new EngineSettings(
                owner,
                leaseExtra,
                leaseMargin,
                finishMargin,
                modelTimeout,
                modelStepNeeds,
                toolStepNeeds,
                toolTimeout,
                parallelTools,
                maxHistory,
                contextWindow,
                firstRetryDelay,
                maxRetryDelay);
    }
}
