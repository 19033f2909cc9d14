package dev.turnpike.usage;

import dev.turnpike.usage.UsageStore.Mark;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/// Tells what was used, from the counters. It never reads the ledger.
public final class UsageReport {
    /// Further back nobody looks.
    private static final int LONGEST_DAYS = 366;

    private final UsageStore store;
    private final Supplier<ExecutorService> threads;

    /// @param threads one is asked for every report, and shut down with it
    public UsageReport(UsageStore store, Supplier<ExecutorService> threads) {
        this.store = store;
        this.threads = threads;
    }

    /// What fits the filter, of each day that has any.
    ///
    /// @param end the first day that is not told of any more
    public Map<LocalDate, List<DailyUse>> days(UsageFilter filter, LocalDate first, LocalDate end) {
        List<String> tenants = filter.tenants().isEmpty()
                ? store.tenants()
                : filter.tenants().stream().sorted().toList();
        List<Future<List<DailyUse>>> read = new ArrayList<>();
        try (ExecutorService executor = threads.get()) {
            for (String tenant : tenants) {
                read.add(executor.submit(() -> store.read(tenant, first, end.minusDays(1))));
            }
        }
        Map<LocalDate, List<DailyUse>> days = new TreeMap<>();
        read.stream()
                .flatMap(tenant -> result(tenant).stream())
                .filter(filter::takes)
                .forEach(use ->
                        days.computeIfAbsent(use.day(), _ -> new ArrayList<>()).add(use));
        return days;
    }

    private static <T> T result(Future<T> read) {
        try {
            return read.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof Error fatal) {
                throw fatal;
            }
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(failure);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reading counters", interrupt);
        }
    }

    /// One sum for each of what they are told apart by, in its order; a single one when that is nothing, and none
    /// where nothing was used.
    public static Map<List<String>, Tally> grouped(Collection<DailyUse> uses, Set<Grouping> groupings) {
        Map<List<String>, Tally> sums =
                new TreeMap<>((one, other) -> Arrays.compare(one.toArray(String[]::new), other.toArray(String[]::new)));
        for (DailyUse use : uses) {
            List<String> group = groupings.stream().map(each -> each.of(use)).toList();
            sums.merge(group, use.tally(), Tally::plus);
        }
        return sums;
    }

    /// @param since when the telling began anew; the beginning of what is told of otherwise
    public record Statistics(Instant since, Tally tally) {}

    /// What a tenant, or one of its keys, has used since its statistics were reset.
    public Statistics statistics(String tenant, String key, Instant now) {
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        LocalDate earliest = today.minusDays(LONGEST_DAYS);
        return store.mark(tenant, key)
                .filter(mark -> !mark.day().isBefore(earliest))
                .map(mark -> new Statistics(
                        mark.at(), sum(tenant, key, mark.day(), today).minus(mark.before())))
                .orElseGet(() -> new Statistics(
                        earliest.atStartOfDay(ZoneOffset.UTC).toInstant(), sum(tenant, key, earliest, today)));
    }

    /// From now on statistics tell what comes later. The ledger and its counters stay as they are. What is in the
    /// ledger and not counted yet is told as later, even of the day before.
    public void reset(String tenant, String key, Instant now) {
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        LocalDate first = today.minusDays(1);
        store.put(new Mark(tenant, key, now, first, sum(tenant, key, first, today)));
    }

    private Tally sum(String tenant, String key, LocalDate first, LocalDate last) {
        UsageFilter filter = UsageFilter.of(tenant, key);
        return store.read(tenant, first, last).stream()
                .filter(filter::takes)
                .map(DailyUse::tally)
                .reduce(Tally.NONE, Tally::plus);
    }
}
