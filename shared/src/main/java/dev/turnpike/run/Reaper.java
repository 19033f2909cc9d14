package dev.turnpike.run;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Finds runs that lie still although they are not done, and wakes them. It may run at any time, twice or beside
/// itself.
public final class Reaper {
    /// A run is left alone this long after its last change: its message may be on its way.
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final int MOST_PER_SHARD = 200;

    private final RunStore runs;
    private final StepQueue queue;
    private final InstantSource clock;

    public Reaper(RunStore runs, StepQueue queue, InstantSource clock) {
        this.runs = runs;
        this.queue = queue;
        this.clock = clock;
    }

    /// @param seen active runs that were looked at
    /// @param woken runs whose message was sent again
    /// @param failed runs that could not be looked at or woken; the next sweep tries again
    public record Sweep(int seen, int woken, int failed) {}

    public Sweep sweep() {
        int seen = 0;
        int woken = 0;
        int failed = 0;
        for (int shard = 0; shard < RunStore.ACTIVE_SHARDS; shard++) {
            for (RunKey key : runs.active(shard, MOST_PER_SHARD)) {
                seen++;
                try {
                    woken += look(key) ? 1 : 0;
                } catch (RuntimeException _) {
                    failed++;
                }
            }
        }
        return new Sweep(seen, woken, failed);
    }

    /// The index lags: what counts is the run itself.
    private boolean look(RunKey key) {
        return runs.find(key).filter(this::wake).isPresent();
    }

    private boolean wake(Run run) {
        Instant now = clock.instant();
        boolean still = !run.status().terminal()
                && run.leaseUntil().isBefore(now)
                && run.changedAt().isBefore(now.minus(PATIENCE));
        if (!still || !runs.resend(run, now)) {
            return false;
        }
        queue.send(run.message(), Duration.ZERO);
        return true;
    }
}
