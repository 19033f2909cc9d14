package dev.turnpike.proof;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.Item;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.Workbench;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.StepMessage;
import dev.turnpike.tokens.Usage;
import dev.turnpike.tool.Effect;
import dev.turnpike.usage.DailyUse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What is promised of every run, whatever happened to it, checked when all is quiet.
final class Promises {
    private final Workbench bench;
    private final Tools tools;
    private boolean deletions;

    Promises(Workbench bench, Tools tools) {
        this.bench = bench;
        this.tools = tools;
    }

    /// A conversation was deleted, and with it the traces of what was called.
    void deleted() {
        deletions = true;
    }

    void check() {
        Invariants.check(bench.store);
        if (!deletions) {
            Invariants.checkAccounts(bench.store, bench.accounts, bench.clock.instant());
        }
        assertThat(bench.store.runs())
                .as("runs that did not end")
                .allMatch(run -> run.status().terminal());
        everyRunHadItsTurn();
        tools.all().forEach(this::startsAreFew);
        noMoreTokensThanMetered();
        if (!deletions) {
            everyPaidCallIsInTheLedger();
        }
        replayChangesNothing();
        everyChargeIsCountedOnce();
    }

    /// Runs of one conversation take their places in the order in which they came, and those that ended while they
    /// waited leave nothing.
    private void everyRunHadItsTurn() {
        Map<ConversationKey, List<Run>> conversations =
                bench.store.runs().stream().collect(groupingBy(run -> run.key().conversation()));
        conversations.forEach((key, runs) -> {
            List<RunKey> placed = runs.stream()
                    .filter(run -> !run.placeless())
                    .sorted(Comparator.comparingLong(Run::firstSeq).thenComparingLong(Run::endSeq))
                    .map(Run::key)
                    .toList();
            List<RunKey> arrived = new ArrayList<>(bench.store.arrivals(key));
            arrived.retainAll(placed);
            assertThat(placed).as("turns in %s", key).isEqualTo(arrived);
            assertThat(runs)
                    .filteredOn(Run::placeless)
                    .allSatisfy(run -> assertThat(bench.store.itemsOf(run.key()))
                            .as("items of one that had no turn")
                            .isEmpty());
        });
    }

    private void startsAreFew(CountedTool tool) {
        List<String> starts = tool.starts();
        Set<String> keys = new HashSet<>(starts);
        if (tool.effect() == Effect.ONCE) {
            assertThat(starts).as("starts of %s", tool.name()).doesNotHaveDuplicates();
        }
        boolean forks = bench.store.runs().stream().anyMatch(run -> run.parent() != null);
        if (!deletions && !forks) {
            // A fork runs once more what its parent was cancelled before.
            assertThat(keys.size())
                    .as("keys of %s, against its calls", tool.name())
                    .isLessThanOrEqualTo(committedCalls(tool.name()));
        }
    }

    /// A tool starts once its call is committed, and not before.
    private int committedCalls(String tool) {
        return (int) bench.store.runs().stream()
                .flatMap(run -> bench.output(run).stream())
                .filter(item ->
                        item instanceof Item.ToolCall call && call.name().equals(tool))
                .count();
    }

    private void noMoreTokensThanMetered() {
        long reported = bench.store.ledger().stream()
                .map(LedgerRow::usage)
                .filter(usage -> !usage.estimated())
                .mapToLong(Usage::totalTokens)
                .sum();
        assertThat(reported)
                .as("tokens in the ledger, against the model's own meter")
                .isLessThanOrEqualTo(bench.model.metered().totalTokens());
    }

    /// A process that died may or may not have called the model before: rows of such attempts are estimates, and may
    /// be too many, never too few.
    private void everyPaidCallIsInTheLedger() {
        assertThat(bench.store.ledger().size())
                .as("ledger rows, against calls of the model that were paid")
                .isGreaterThanOrEqualTo(bench.model.paid());
    }

    /// Whatever became of those who counted before, and of their answers.
    private void everyChargeIsCountedOnce() {
        bench.count();
        assertThat(bench.usage.counters())
                .as("counters, against the ledger")
                .containsExactlyInAnyOrderElementsOf(DailyUse.of(bench.store.charges()));
    }

    private void replayChangesNothing() {
        String end = bench.store.snapshot();
        for (Run run : bench.store.runs()) {
            for (int step = 0; step <= run.step() + 1; step++) {
                bench.deliver(new StepMessage(run.key(), step));
            }
        }
        bench.sweep();
        assertThat(bench.store.snapshot()).as("the table after a replay").isEqualTo(end);
    }
}
