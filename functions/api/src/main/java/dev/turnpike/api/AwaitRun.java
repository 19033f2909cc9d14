package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.Context;
import dev.turnpike.model.Deadline;
import dev.turnpike.run.Run;
import dev.turnpike.wiring.ApiParts;
import java.time.Duration;
import java.util.Optional;

/// Waits for the end of a run that somebody else works on.
final class AwaitRun {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    /// The answer begins this long before the invocation ends.
    private static final Duration MARGIN = Duration.ofSeconds(5);

    private final ApiParts parts;

    AwaitRun(ApiParts parts) {
        this.parts = parts;
    }

    /// @param first as it was when the wait began
    /// @return the run when it has ended, or as it is when the time is up; empty when it was deleted meanwhile
    Optional<Run> end(Run first, Context context) {
        var deadline = Deadline.in(Duration.ofMillis(context.getRemainingTimeInMillis()), parts.clock())
                .minus(MARGIN);
        Optional<Run> run = Optional.of(first);
        while (run.isPresent() && !run.get().status().terminal() && !deadline.passed()) {
            parts.pause().accept(BETWEEN_LOOKS);
            run = parts.runs().find(first.key());
        }
        return run;
    }
}
