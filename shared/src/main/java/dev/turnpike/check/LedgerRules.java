package dev.turnpike.check;

import static java.util.stream.Collectors.groupingBy;

import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.ledger.Cost;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.ledger.LedgerRow.State;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.run.Run;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// I3, I4 and I10: the money.
final class LedgerRules {
    private static final Comparator<LedgerRow> BY_ATTEMPT =
            Comparator.comparingInt(LedgerRow::step).thenComparingLong(LedgerRow::fence);

    private final Partition partition;
    private final Found found;
    private final PriceList prices;

    LedgerRules(Partition partition, Found found, PriceList prices) {
        this.partition = partition;
        this.found = found;
        this.prices = prices;
    }

    /// @return rows whose cost was computed again
    long check(@Nullable Conversation head) {
        if (head != null) {
            totals("head", head.totals(), partition.ledger());
        }
        Map<String, List<LedgerRow>> byRun = partition.ledger().stream().collect(groupingBy(LedgerRow::run));
        for (var row : partition.runs()) {
            Run run = row.run();
            List<LedgerRow> rows = byRun.getOrDefault(run.key().run(), List.of());
            totals("run " + run.key().run(), run.spent(), rows);
            noneIsAheadOf(run, rows);
        }
        byRun.values().forEach(this::attempts);
        return partition.ledger().stream().filter(this::recomputed).count();
    }

    private void totals(String row, Totals stored, List<LedgerRow> rows) {
        Totals sum = sum(
                rows.stream().filter(charge -> charge.state() == State.SETTLED).toList());
        found.unless(stored.equals(sum), 3, row, "its totals are {}, its settled rows sum to {}", stored, sum);
    }

    private static Totals sum(List<LedgerRow> rows) {
        return new Totals(
                rows.stream().mapToLong(row -> row.usage().inputTokens()).sum(),
                rows.stream().mapToLong(row -> row.usage().cachedTokens()).sum(),
                rows.stream().mapToLong(row -> row.usage().cacheWriteTokens()).sum(),
                rows.stream().mapToLong(row -> row.usage().outputTokens()).sum(),
                rows.stream().mapToLong(row -> row.usage().reasoningTokens()).sum(),
                rows.stream().mapToLong(row -> row.cost().counted()).sum(),
                rows.stream().filter(row -> !row.cost().known()).count());
    }

    private boolean recomputed(LedgerRow row) {
        boolean known = row.cost().priceVersion().equals(prices.version());
        if (known) {
            Cost cost = prices.again(row);
            found.unless(cost.equals(row.cost()), 3, name(row), "costs {}, its tokens {}", row.cost(), cost);
        }
        return known;
    }

    private void noneIsAheadOf(Run run, List<LedgerRow> rows) {
        for (LedgerRow row : rows) {
            found.unless(row.fence() <= run.fence(), 10, name(row), "the run is at fence {}", run.fence());
            found.unless(row.step() <= run.step(), 1, name(row), "the run is at step {}", run.step());
        }
    }

    private void attempts(List<LedgerRow> rows) {
        List<LedgerRow> sorted = rows.stream().sorted(BY_ATTEMPT).toList();
        for (int i = 1; i < sorted.size(); i++) {
            long before = sorted.get(i - 1).fence();
            found.unless(
                    sorted.get(i).fence() > before, 10, name(sorted.get(i)), "the row before has fence {}", before);
        }
        var steps = new TreeMap<>(sorted.stream().collect(groupingBy(LedgerRow::step)));
        steps.forEach((step, tries) -> step(tries, step == 0 ? 0 : settledFence(steps.get(step - 1))));
    }

    /// @param before the fence that committed the step before; -1 when its rows do not say
    private void step(List<LedgerRow> tries, long before) {
        List<LedgerRow> settled =
                tries.stream().filter(row -> row.state() == State.SETTLED).toList();
        if (settled.size() > 1) {
            found.unless(false, 4, name(settled.getLast()), "is one of {} settled rows of its step", settled.size());
        } else if (settled.size() == 1) {
            long next = before < 0 ? tries.getFirst().fence() : before + 1;
            for (LedgerRow row : tries) {
                found.unless(row.fence() == next, 4, name(row), "fence {} of its step has no row", next);
                next = row.fence() + 1;
            }
            String last = name(tries.getLast());
            found.unless(tries.getLast().equals(settled.getFirst()), 4, last, "is an attempt after the settled one");
        }
    }

    private static long settledFence(@Nullable List<LedgerRow> tries) {
        return tries == null
                ? -1
                : tries.stream()
                        .filter(row -> row.state() == State.SETTLED)
                        .mapToLong(LedgerRow::fence)
                        .findFirst()
                        .orElse(-1);
    }

    private static String name(LedgerRow row) {
        return "ledger row %s of step %d, fence %d".formatted(row.run(), row.step(), row.fence());
    }
}
