package dev.turnpike.engine;

import dev.turnpike.run.Run;
import dev.turnpike.run.RunStore;
import dev.turnpike.run.RunStore.Turn;
import dev.turnpike.run.StepQueue;
import dev.turnpike.run.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Runs of a busy conversation, which take turns in the order of their creation. Whoever waits looks again from time to
/// time, by a message to itself: it holds nothing meanwhile, and a lost message is the reaper's.
final class Turns {
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(2);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    /// A message must not be taken for early because it is delivered elsewhere.
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(1);

    private final RunStore runs;
    private final StepQueue queue;

    Turns(RunStore runs, StepQueue queue) {
        this.runs = runs;
        this.queue = queue;
    }

    /// @return empty when the run has its place now and can be acquired
    Optional<Outcome> await(Run run, Instant now) {
        if (run.cancelRequested()) {
            return Optional.of(end(run, StopReason.CANCELLED, now));
        }
        if (!now.isBefore(run.limits().deadline())) {
            return Optional.of(end(run, StopReason.DEADLINE, now));
        }
        if (now.isBefore(run.changedAt())) {
            return Optional.of(new Outcome.Ignored("somebody has looked and will look again"));
        }
        return switch (runs.takeTurn(run, now)) {
            case Turn.TAKEN -> Optional.empty();
            case Turn.NOT_YET -> Optional.of(lookAgain(run, now));
            case Turn.GONE -> Optional.of(new Outcome.Ignored("waits no more"));
        };
    }

    private Outcome end(Run run, StopReason reason, Instant now) {
        return runs.endWaiting(run, reason, now)
                .<Outcome>map(Outcome.Ended::new)
                .orElseGet(() -> new Outcome.Ignored("waits no more"));
    }

    /// Of two messages for one waiting run only one goes on: the other finds that the next look is not due.
    private Outcome lookAgain(Run run, Instant now) {
        Duration pause = pause(Duration.between(run.createdAt(), now));
        if (!runs.lookAgain(run, now.plus(pause).minus(CLOCKS_DIFFER))) {
            return new Outcome.Ignored("looked at meanwhile");
        }
        queue.wake(run, pause);
        return new Outcome.HandedOver(run);
    }

    /// The longer it has waited, the longer it may take until it is noticed that the wait is over.
    private static Duration pause(Duration waited) {
        Duration pause = waited.dividedBy(10);
        if (pause.compareTo(SHORTEST_WAIT) < 0) {
            return SHORTEST_WAIT;
        }
        return pause.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : pause;
    }
}
