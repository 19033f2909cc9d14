package dev.turnpike.engine;

import dev.turnpike.model.Deadline;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunRequest.Lane;
import dev.turnpike.run.RunStore;
import dev.turnpike.run.StepQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/// Finds runs that lie still although they are not done, and wakes them. It may run at any time, twice or beside
/// itself.
public final class Reaper {
    /// A run is left alone this long after its last change: its message may be on its way. Each time that it was woken
    /// in vain doubles that: where a queue is long, more messages would only make it longer.
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /// It is also what a run of the slow lane is left alone at once: a backlog is nothing unusual there.
    private static final Duration MOST_PATIENCE = Duration.ofMinutes(10);

    /// Woken so often and taken up by nobody: the queue or the worker is at fault.
    private static final int STUCK_AFTER = 3;

    private static final Duration MARGIN = Duration.ofSeconds(5);

    private final RunStore runs;
    private final StepQueue queue;
    private final StepEngine engine;
    private final Supplier<ExecutorService> threads;

    /// @param engine ends runs whose time is over; it works on no others
    /// @param threads one is asked for every sweep, and shut down with it
    public Reaper(RunStore runs, StepQueue queue, StepEngine engine, Supplier<ExecutorService> threads) {
        this.runs = runs;
        this.queue = queue;
        this.engine = engine;
        this.threads = threads;
    }

    /// @param seen active runs that were looked at
    /// @param woken runs whose message was sent again
    /// @param stuck those among them that had been woken several times before, and nobody came
    /// @param ended stuck runs whose time was over
    /// @param failed runs, or whole shards, that could not be looked at; the next sweep tries again
    public record Sweep(int seen, int woken, int stuck, int ended, int failed) {
        static final Sweep NOTHING = new Sweep(0, 0, 0, 0, 0);

        Sweep plus(Sweep other) {
            return new Sweep(
                    seen + other.seen,
                    woken + other.woken,
                    stuck + other.stuck,
                    ended + other.ended,
                    failed + other.failed);
        }
    }

    /// @param deadline what can't be looked at before it is left to the next sweep
    public Sweep sweep(Deadline deadline) {
        List<Future<Sweep>> shards = new ArrayList<>();
        try (ExecutorService executor = threads.get()) {
            for (int shard = 0; shard < RunStore.ACTIVE_SHARDS; shard++) {
                int one = shard;
                shards.add(executor.submit(() -> sweep(one, deadline)));
            }
        }
        return shards.stream().map(Reaper::result).reduce(Sweep.NOTHING, Sweep::plus);
    }

    private static Sweep result(Future<Sweep> shard) {
        try {
            return shard.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof Error fatal) {
                throw fatal;
            }
            return new Sweep(0, 0, 0, 0, 1);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in a sweep", interrupt);
        }
    }

    private Sweep sweep(int shard, Deadline deadline) {
        Sweep sum = Sweep.NOTHING;
        Deadline last = deadline.minus(MARGIN);
        Iterator<RunKey> active = runs.active(shard).iterator();
        while (!last.passed() && active.hasNext()) {
            sum = sum.plus(lookSafely(active.next(), deadline));
        }
        return sum;
    }

    private Sweep lookSafely(RunKey key, Deadline deadline) {
        try {
            return look(key, deadline);
        } catch (RuntimeException _) {
            return new Sweep(1, 0, 0, 0, 1);
        }
    }

    /// The index lags: what counts is the run itself.
    private Sweep look(RunKey key, Deadline deadline) {
        Instant now = deadline.clock().instant();
        Run run = runs.find(key).filter(found -> liesStill(found, now)).orElse(null);
        if (run == null || !runs.resend(run, now)) {
            return new Sweep(1, 0, 0, 0, 0);
        }
        queue.wake(run, Duration.ZERO);
        if (run.resends() < STUCK_AFTER) {
            return new Sweep(1, 1, 0, 0, 0);
        }
        return new Sweep(1, 1, 1, end(run, now, deadline) ? 1 : 0, 0);
    }

    private static boolean liesStill(Run run, Instant now) {
        return !run.status().terminal()
                && run.leaseUntil().isBefore(now)
                && run.changedAt().isBefore(now.minus(patience(run)));
    }

    /// How long a run is left alone after its last change.
    public static Duration patience(Run run) {
        if (run.request().lane() == Lane.FLEX) {
            return MOST_PATIENCE;
        }
        Duration longer = PATIENCE.multipliedBy(1L << Math.min(run.resends(), 10));
        return longer.compareTo(MOST_PATIENCE) < 0 ? longer : MOST_PATIENCE;
    }

    /// A run whose time is over needs no worker to end. The message that was sent finds its end, and answers whoever
    /// waits for it.
    private boolean end(Run run, Instant now, Deadline deadline) {
        return !now.isBefore(run.limits().deadline())
                && engine.advance(run.message(), deadline, _ -> {}) instanceof Outcome.Ended;
    }
}
