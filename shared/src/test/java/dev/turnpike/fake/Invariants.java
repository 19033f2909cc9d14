package dev.turnpike.fake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.ledger.LedgerRow.State;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.LongStream;

/// What holds in the store whatever happened, to be checked after every test that drives runs.
public final class Invariants {
    private final MemoryStore store;

    private Invariants(MemoryStore store) {
        this.store = store;
    }

    public static void check(MemoryStore store) {
        var invariants = new Invariants(store);
        store.conversations().forEach(invariants::check);
        store.runs().forEach(invariants::check);
        invariants.terminalRunsAreNotIndexed();
    }

    private void check(Conversation conversation) {
        List<StoredItem> items = store.items(conversation.key());
        assertThat(items.stream().map(StoredItem::seq))
                .as("items have no gap")
                .containsExactlyElementsOf(
                        LongStream.range(0, conversation.nextSeq()).boxed().toList());
        List<Run> runs = store.runs().stream()
                .filter(run -> run.key().conversation().equals(conversation.key()))
                .toList();
        List<LedgerRow> settled = new ArrayList<>();
        runs.forEach(run -> settled.addAll(settled(run)));
        assertThat(conversation.totals())
                .as("totals are the sum of settled rows")
                .isEqualTo(Sums.of(settled));
        assertThat(runs.stream()
                        .filter(run -> !run.status().terminal() && !run.waiting())
                        .map(run -> run.key().run()))
                .as("the run that holds the conversation")
                .isEqualTo(conversation.activeRun() == null ? List.of() : List.of(conversation.activeRun()));
        everyCallIsAnsweredOnce(items);
    }

    private void check(Run run) {
        List<LedgerRow> settled = settled(run);
        assertThat(run.spent()).as("what a run spent").isEqualTo(Sums.of(settled));
        assertThat(settled.stream().map(LedgerRow::step))
                .as("settled rows of one step")
                .doesNotHaveDuplicates();
        assertThat(settled.stream().map(LedgerRow::step))
                .as("steps in which the model spoke have settled rows")
                .containsAll(spoken(run));
        assertThat(store.ledger(run.key()).stream().map(LedgerRow::fence))
                .as("one row for an attempt")
                .doesNotHaveDuplicates();
        assertThat(store.fences(run.key())).as("fences").isSorted().doesNotHaveDuplicates();
        assertThat(run.inputEnd()).isBetween(run.firstSeq(), run.endSeq());
        if (run.status().terminal()) {
            assertThat(run.leaseUntil()).as("lease of an ended run").isEqualTo(Instant.EPOCH);
            assertThat(run.stopReason()).as("why an ended run ended").isNotNull();
            assertThat(run.endedAt()).isNotNull();
        }
    }

    private List<LedgerRow> settled(Run run) {
        return store.ledger(run.key()).stream()
                .filter(row -> row.state() == State.SETTLED)
                .toList();
    }

    private Set<Integer> spoken(Run run) {
        Set<Integer> steps = new HashSet<>();
        for (StoredItem stored : store.items(run.key().conversation())) {
            boolean output = stored.seq() >= run.inputEnd()
                    && Objects.equals(stored.run(), run.key().run());
            if (output && !(stored.item() instanceof Item.ToolResult)) {
                steps.add(stored.step());
            }
        }
        return steps;
    }

    /// A call of one of our tools has its result before a model speaks again; no call has two.
    private static void everyCallIsAnsweredOnce(List<StoredItem> items) {
        Set<String> ids = new HashSet<>();
        Set<String> owed = new LinkedHashSet<>();
        Set<String> answered = new HashSet<>();
        String speaking = "";
        for (StoredItem stored : items) {
            assertThat(ids.add(stored.item().id()))
                    .as("ids of items are unique")
                    .isTrue();
            String step = stored.run() + "/" + stored.step();
            boolean spoken = stored.item() instanceof Item.Message message
                    ? message.role() == Item.Role.ASSISTANT
                    : !(stored.item() instanceof Item.ToolResult);
            if (spoken && !step.equals(speaking)) {
                assertThat(owed)
                        .as("calls without a result when the model speaks again")
                        .isEmpty();
                speaking = step;
            }
            switch (stored.item()) {
                case Item.ToolCall call when call.executor() == Executor.SERVER -> owed.add(call.callId());
                case Item.ToolResult result -> {
                    assertThat(answered.add(result.callId()))
                            .as("results of %s", result.callId())
                            .isTrue();
                    owed.remove(result.callId());
                }
                case Item.Message _, Item.ToolCall _, Item.Reasoning _ -> {}
            }
        }
    }

    private void terminalRunsAreNotIndexed() {
        List<RunKey> active = new ArrayList<>();
        for (int shard = 0; shard < RunStore.ACTIVE_SHARDS; shard++) {
            active.addAll(store.active(shard, Integer.MAX_VALUE));
        }
        assertThat(active)
                .containsExactlyInAnyOrderElementsOf(store.runs().stream()
                        .filter(run -> !run.status().terminal())
                        .map(Run::key)
                        .toList());
    }
}
