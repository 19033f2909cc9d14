package dev.turnpike.usage;

import dev.turnpike.model.Deadline;
import dev.turnpike.run.StoreUnavailableException;
import dev.turnpike.usage.UsageStore.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Counts what has come into the ledger since the last time. It may run at any time, twice or beside itself, and die
/// anywhere: the next one goes on.
public final class UsageCount {
    private static final Duration MARGIN = Duration.ofSeconds(8);

    private final UsageStore store;
    private final Supplier<ExecutorService> threads;

    /// @param threads one is asked for every sweep, and shut down with it
    public UsageCount(UsageStore store, Supplier<ExecutorService> threads) {
        this.store = store;
        this.threads = threads;
    }

    /// @param counted rows that are counted now
    /// @param failed batches, or whole shards, that could not be counted; the next sweep tries again
    /// @param oldest when the oldest row was written that is left; null when none is
    public record Sweep(int counted, int failed, @Nullable Instant oldest) {
        static final Sweep NOTHING = new Sweep(0, 0, null);

        Sweep plus(Sweep other) {
            return new Sweep(counted + other.counted, failed + other.failed, earlier(oldest, other.oldest));
        }

        private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
            return one == null || (other != null && other.isBefore(one)) ? other : one;
        }

        /// How long the oldest row that is left has waited.
        public Duration lag(Instant now) {
            return oldest == null || oldest.isAfter(now) ? Duration.ZERO : Duration.between(oldest, now);
        }
    }

    /// @param deadline what can't be counted before it is left to the next sweep
    public Sweep sweep(Deadline deadline) {
        List<Future<Sweep>> shards = new ArrayList<>();
        try (ExecutorService executor = threads.get()) {
            for (int shard = 0; shard < UsageStore.SHARDS; shard++) {
                int one = shard;
                shards.add(executor.submit(() -> sweep(one, deadline.minus(MARGIN))));
            }
        }
        return shards.stream().map(UsageCount::result).reduce(Sweep.NOTHING, Sweep::plus);
    }

    private static Sweep result(Future<Sweep> shard) {
        try {
            return shard.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof Error fatal) {
                throw fatal;
            }
            return new Sweep(0, 1, null);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while counting", interrupt);
        }
    }

    private Sweep sweep(int shard, Deadline last) {
        Sweep sum = Sweep.NOTHING;
        try (Stream<Place> uncounted = store.uncounted(shard)) {
            Iterator<Place> places = uncounted.iterator();
            while (places.hasNext()) {
                List<Place> batch = batch(places);
                if (last.passed()) {
                    return sum.plus(new Sweep(0, 0, batch.getFirst().at()));
                }
                try {
                    sum = sum.plus(count(shard, batch));
                } catch (StoreUnavailableException _) {
                    return sum.plus(new Sweep(0, 1, batch.getFirst().at()));
                }
            }
        }
        return sum;
    }

    private static List<Place> batch(Iterator<Place> places) {
        List<Place> batch = new ArrayList<>();
        while (batch.size() < UsageStore.BATCH && places.hasNext()) {
            batch.add(places.next());
        }
        return batch;
    }

    /// A row that this version does not understand holds up no others; a store that does not answer does.
    private Sweep count(int shard, List<Place> batch) {
        try {
            return new Sweep(store.count(shard, batch), 0, null);
        } catch (StoreUnavailableException down) {
            throw down;
        } catch (RuntimeException _) {
            return batch.size() == 1
                    ? new Sweep(0, 1, batch.getFirst().at())
                    : batch.stream().map(one -> count(shard, List.of(one))).reduce(Sweep.NOTHING, Sweep::plus);
        }
    }
}
