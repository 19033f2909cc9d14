package dev.turnpike.engine;

import java.time.Duration;

/// The engine's numbers.
///
/// @param owner who holds leases here, for people who read the table
/// @param longestSilence of a model or a tool that is still taken for alive; leases are a little longer
/// @param finishMargin a model is cut this long before the invocation ends, so that what it said can be committed
/// @param modelTimeout longest model call
/// @param modelStepNeeds a model step is not started with less time than this
/// @param toolStepNeeds nor a tool step with less than this
/// @param toolTimeout of one tool call
/// @param parallelTools calls of one step that run at once
/// @param cancelInterval between two looks whether a background run is to be cancelled
/// @param maxHistory most items of the past that a model is shown
/// @param contextWindow tokens; 0 for the model's own
public record EngineSettings(
        String owner,
        Duration longestSilence,
        Duration finishMargin,
        Duration modelTimeout,
        Duration modelStepNeeds,
        Duration toolStepNeeds,
        Duration toolTimeout,
        int parallelTools,
        Duration cancelInterval,
        int maxHistory,
        long contextWindow,
        Duration firstRetryDelay,
        Duration maxRetryDelay) {
    private static final Duration LEASE_EXTRA = Duration.ofSeconds(40);
    private static final Duration RENEWAL_MARGIN = Duration.ofSeconds(15);

    public static EngineSettings defaults(String owner) {
        return new EngineSettings(
                owner,
                Duration.ofSeconds(60),
                Duration.ofSeconds(15),
                Duration.ofMinutes(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(20),
                Duration.ofSeconds(60),
                8,
                Duration.ofSeconds(2),
                100,
                0,
                Duration.ofSeconds(2),
                Duration.ofMinutes(10));
    }

    /// @param modelSilence longest wait for a model's next byte
    /// @param toolTimeout of one tool call, in which no sign of life is expected
    public EngineSettings with(
            Duration modelSilence, Duration modelTimeout, Duration toolTimeout, int maxHistory, long contextWindow) {
        return new EngineSettings(
                owner,
                modelSilence.compareTo(toolTimeout) > 0 ? modelSilence : toolTimeout,
                finishMargin,
                modelTimeout,
                modelStepNeeds,
                toolStepNeeds,
                toolTimeout,
                parallelTools,
                cancelInterval,
                maxHistory,
                contextWindow,
                firstRetryDelay,
                maxRetryDelay);
    }

    /// @param interval between two looks whether a background run is to be cancelled
    public EngineSettings cancelledWithin(Duration interval) {
        return new EngineSettings(
                owner,
                longestSilence,
                finishMargin,
                modelTimeout,
                modelStepNeeds,
                toolStepNeeds,
                toolTimeout,
                parallelTools,
                interval,
                maxHistory,
                contextWindow,
                firstRetryDelay,
                maxRetryDelay);
    }

    /// How long a lease is.
    Duration lease() {
        return longestSilence.plus(LEASE_EXTRA);
    }

    /// A lease with less left than this is renewed at the next sign of life.
    Duration renewWhenLeft() {
        return longestSilence.plus(RENEWAL_MARGIN);
    }
}
