package dev.turnpike.engine;

import dev.turnpike.run.Run;
import dev.turnpike.run.RunStore;
import dev.turnpike.run.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Keeps a run's lease alive while its holder is.
///
/// A lease is short, so that a dead holder is missed soon, and is renewed by the signs of life that work gives anyway:
/// no thread of its own, and no write for a step that is done quickly. Between two signs there is at most the longest
/// silence that a model or a tool is allowed, and what is left of the lease is always longer than that.
final class LeaseKeeper {
    private final RunStore runs;
    private final EngineSettings settings;
    private final InstantSource clock;
    private Run run;
    private Instant until;

    LeaseKeeper(RunStore runs, EngineSettings settings, InstantSource clock, Run run) {
        this.runs = runs;
        this.settings = settings;
        this.clock = clock;
        this.run = run;
        this.until = run.leaseUntil();
    }

    /// The run has been committed: what is held now is its next step, if anything.
    void committed(Run after) {
        run = after;
        until = after.leaseUntil();
    }

    /// Work goes on.
    ///
    /// @throws LeaseLostException somebody else has taken the run over, or it has ended
    void touch() {
        Instant now = clock.instant();
        boolean held = until.isAfter(Instant.EPOCH);
        if (held && Duration.between(now, until).compareTo(settings.renewWhenLeft()) < 0) {
            Instant renewed = now.plus(settings.lease());
            renew(renewed);
        }
    }

    private void renew(Instant renewed) {
        try {
            if (!runs.renew(run, renewed)) {
                throw new LeaseLostException();
            }
            until = renewed;
        } catch (StoreUnavailableException _) {
            // What is left is enough for now: the next sign of life tries again, and the fence decides in the end.
        }
    }

    /// Thrown through whatever the holder is doing, which is in vain.
    static final class LeaseLostException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LeaseLostException() {
            super("the run is held by somebody else");
        }
    }
}
