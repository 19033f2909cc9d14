package dev.turnpike.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.ConversationStore.Change;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.run.NewRun.Place;
import dev.turnpike.run.RunStore.Acquisition;
import dev.turnpike.run.RunStore.Cancellation;
import dev.turnpike.run.RunStore.Creation;
import dev.turnpike.run.RunStore.Deletion;
import dev.turnpike.run.RunStore.ToolRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is left when items or runs of a conversation are deleted and the conversation is not.
public abstract class ItemDeletionContract extends StoreContract {
    private static final long PLENTY = Long.MAX_VALUE;

    /// What the operator's check finds.
    protected abstract List<String> violations(ConversationKey key);

    /// Everything that is stored, as text.
    protected abstract String everything();

    private final List<ConversationKey> touched = new ArrayList<>();

    @AfterEach
    void whatIsLeftHoldsTogether() {
        for (ConversationKey key : touched) {
            // The costs of a contract's rows are made up.
            assertThat(violations(key))
                    .filteredOn(found -> !found.contains(", its tokens "))
                    .isEmpty();
        }
    }

    @Test
    void noReadEverGivesADeletedItem() {
        ConversationKey key = conversationOf(newRun(6));

        assertThat(remove(key, 0, 2, 3, 5, 6)).isEqualTo(Change.DONE);

        assertThat(seqs(conversations.range(key, 0, 6))).containsExactly(1L, 4L);
        assertThat(seqs(conversations.newestFirst(key, 6, 10, PLENTY))).containsExactly(4L, 1L);
        assertThat(seqs(conversations.newestFirst(key, 6, 1, PLENTY))).containsExactly(4L);
        assertThat(seqs(conversations.newestFirst(key, 4, 1, PLENTY))).containsExactly(1L);
        assertThat(conversations.newestFirst(key, 1, 10, PLENTY)).isEmpty();
        assertThat(seqs(conversations.oldestFirst(key, 0, 6, 1, PLENTY))).containsExactly(1L);
        assertThat(seqs(conversations.oldestFirst(key, 2, 6, 1, PLENTY))).containsExactly(4L);
        assertThat(conversations.oldestFirst(key, 5, 6, 1, PLENTY)).isEmpty();
        assertThat(conversations.find(key).orElseThrow().nextSeq()).isEqualTo(7);
        assertThat(everything()).contains("Message 1.").doesNotContain("Message 2.");
    }

    @Test
    void manyDeletedItemsArePassedOver() {
        ConversationKey key = conversationOf(newRun(400));
        for (int from = 3; from < 399; from += 36) {
            remove(key, LongStream.range(from, Math.min(399, from + 36)).toArray());
        }

        assertThat(seqs(conversations.newestFirst(key, 400, 3, PLENTY))).containsExactly(399L, 2L, 1L);
        assertThat(seqs(conversations.newestFirst(key, 399, 10, PLENTY))).containsExactly(2L, 1L, 0L);
    }

    @Test
    void anItemBeyondTheSizeOfARowIsDeletedWhole() {
        List<Item> items = List.of(message("First."), message(noise(1_500_000)), message("Third."));
        ConversationKey key = conversationOf(newRun(conversation(), new Place.NewConversation(null), items));
        int before = everything().length();

        assertThat(remove(key, 1)).isEqualTo(Change.DONE);

        assertThat(seqs(conversations.range(key, 0, 3))).containsExactly(0L, 2L);
        assertThat(seqs(conversations.newestFirst(key, 3, 3, PLENTY))).containsExactly(2L, 0L);
        assertThat(everything().length()).isLessThan(before / 10);
    }

    @Test
    void anItemIsDeletedOnce() {
        ConversationKey key = conversationOf(newRun(3));
        List<StoredItem> items = conversations.range(key, 1, 3);
        remove(key, 1);

        assertThat(conversations.remove(key, items, clock.instant()))
                .as("all or none")
                .isEqualTo(Change.GONE);

        assertThat(seqs(conversations.range(key, 0, 3))).containsExactly(0L, 2L);
        var foreign = new ConversationKey("tenant-2", key.id());
        assertThat(conversations.remove(foreign, items, clock.instant())).isEqualTo(Change.GONE);
    }

    @Test
    void nothingIsDeletedUnderARun() {
        Run run = acquired(created(newRun(3)));
        ConversationKey key = run.key().conversation();

        assertThat(remove(key, 1)).isEqualTo(Change.BUSY);

        assertThat(conversations.range(key, 0, 3)).hasSize(3);
        committed(commit(run, List.of(message("Over.")), row(run, 1, 1), finish(StopReason.ANSWERED)));
        assertThat(remove(key, 1)).isEqualTo(Change.DONE);
    }

    @Test
    void whatARunKeptOfADeletedResultGoesWithIt() {
        Run run = acquired(created(newRun(1)));
        ConversationKey key = run.key().conversation();
        touched.add(key);
        run = committed(commit(run, List.of(call("call_1")), row(run, 1, 1), keep()));
        var record = new ToolRecord(
                0, "look", IdempotencyKeys.of(run.key(), run.step(), 0, "look"), result("call_1", "Found gold."));
        runs.saveToolResult(run, record);
        Run tools = run;
        run = committed(commit(run, List.of(result("call_1", "Found gold.")), null, keep()));
        committed(commit(run, List.of(message("Over.")), row(run, 1, 1), finish(StopReason.ANSWERED)));

        assertThat(remove(key, 1, 2)).isEqualTo(Change.DONE);

        assertThat(runs.toolRecords(tools)).isEmpty();
        assertThat(everything()).doesNotContain("Found gold.");
        assertThat(seqs(conversations.range(key, 0, 4))).containsExactly(0L, 3L);
    }

    @Test
    void theNextRunGoesOnBehindDeletedItems() {
        ConversationKey key = conversationOf(newRun(2));
        remove(key, 0, 1, 2);

        Run next = ended(newRun(key, new Place.Append(3, null), messages(1)), message("Here."));

        assertThat(seqs(conversations.range(key, 0, 5))).containsExactly(3L, 4L);
        assertThat(next.endSeq()).isEqualTo(5);
    }

    @Test
    void aDeletedRunIsFoundNowhereAndItsLedgerStays() {
        Run run = ended(keyed(), message("Over."));
        ConversationKey key = run.key().conversation();
        touched.add(key);

        assertThat(runs.delete(run.key(), true, clock.instant())).isEqualTo(Deletion.DELETED);

        assertThat(runs.find(run.key())).isEmpty();
        assertThat(acquire(run)).isEqualTo(new Acquisition.Unknown());
        assertThat(runs.requestCancel(run.key(), clock.instant())).isEqualTo(new Cancellation.Unknown());
        assertThat(runs.create(keyed())).as("its key leads nowhere").isEqualTo(new Creation.KeyReused());
        assertThat(runs.delete(run.key(), true, clock.instant())).isEqualTo(Deletion.UNKNOWN);
        assertThat(runs.ledger(run.key())).hasSize(1);
        assertThat(conversations.range(key, 0, 10)).isEmpty();
        assertThat(conversations.find(key).orElseThrow())
                .extracting(head -> head.nextSeq(), head -> head.totals().inputTokens())
                .containsExactly(2L, 10L);
        assertThat(everything()).doesNotContain("Message 0.").doesNotContain("Over.");
    }

    @Test
    void theItemsOfADeletedRunMayStay() {
        Run run = ended(newRun(1), message("Over."));
        ConversationKey key = run.key().conversation();
        touched.add(key);

        assertThat(runs.delete(run.key(), false, clock.instant())).isEqualTo(Deletion.DELETED);

        assertThat(runs.find(run.key())).isEmpty();
        assertThat(conversations.range(key, 0, 2)).hasSize(2);
        assertThat(runs.delete(run.key(), true, clock.instant())).isEqualTo(Deletion.UNKNOWN);
        assertThat(conversations.range(key, 0, 2))
                .as("it was asked otherwise at first")
                .hasSize(2);
    }

    @Test
    void aRunThatHasNotEndedIsNotDeleted() {
        Run waits = created(newRun(1));
        Run works = acquired(created(newRun(1)));
        Run queued = created(newRun(works.key().conversation(), new Place.Waiting(false, null), messages(1)));

        for (Run run : List.of(waits, works, queued)) {
            assertThat(runs.delete(run.key(), true, clock.instant())).isEqualTo(Deletion.IN_FLIGHT);
            assertThat(runs.find(run.key())).isPresent();
        }
        assertThat(conversations.range(works.key().conversation(), 0, 1)).hasSize(1);
        var foreign = new RunKey(
                new ConversationKey("tenant-2", waits.key().conversation().id()),
                waits.key().run());
        assertThat(runs.delete(foreign, true, clock.instant())).isEqualTo(Deletion.UNKNOWN);
    }

    @Test
    void aRunThatEndedWhileItWaitedIsDeletedWithItsInput() {
        Run works = acquired(created(newRun(1)));
        Run queued = created(
                newRun(works.key().conversation(), new Place.Waiting(false, null), List.of(message("Patience."))));
        assertThat(runs.waitingInput(queued)).hasSize(1);
        runs.endWaiting(queued, StopReason.CANCELLED, clock.instant());

        assertThat(runs.delete(queued.key(), true, clock.instant())).isEqualTo(Deletion.DELETED);

        assertThat(runs.find(queued.key())).isEmpty();
        assertThat(everything()).doesNotContain("Patience.");
        Run after = committed(commit(works, List.of(), row(works, 1, 1), finish(StopReason.ANSWERED)));
        assertThat(after.status()).isEqualTo(RunStatus.COMPLETED);
        Run third = created(newRun(works.key().conversation(), new Place.Append(1, null), messages(1)));
        assertThat(third.firstSeq()).isEqualTo(1);
    }

    @Test
    void otherRunsOfTheConversationKeepTheirItems() {
        Run first = ended(newRun(1), message("One."));
        ConversationKey key = first.key().conversation();
        touched.add(key);
        Run second = ended(newRun(key, new Place.Append(2, null), messages(1)), message("Two."));
        Run third = ended(newRun(key, new Place.Append(4, null), messages(1)), message("Three."));

        runs.delete(second.key(), true, clock.instant());

        assertThat(seqs(conversations.range(key, 0, 6))).containsExactly(0L, 1L, 4L, 5L);
        assertThat(runs.find(first.key())).isPresent();
        assertThat(runs.find(third.key())).isPresent();
    }

    @Test
    void aCallThatAnEarlierRunLeftBehindStaysAnswered() {
        Run first = acquired(created(newRun(1)));
        ConversationKey key = first.key().conversation();
        touched.add(key);
        committed(commit(first, List.of(call("call_1")), row(first, 1, 1), finish(StopReason.MAX_STEPS)));
        Run second = acquired(created(newRun(key, new Place.Append(2, null), messages(1))));
        second = committed(commit(second, List.of(result("call_1", "Found gold.")), null, keep()));
        second = committed(commit(second, List.of(call("call_2")), row(second, 1, 1), keep()));
        second = committed(commit(second, List.of(result("call_2", "Found silver.")), null, keep()));
        second = committed(commit(second, List.of(message("Over.")), row(second, 1, 1), finish(StopReason.ANSWERED)));

        runs.delete(second.key(), true, clock.instant());

        assertThat(conversations.range(key, 0, 10))
                .extracting(StoredItem::item)
                .last()
                .isEqualTo(result("call_1", ""));
        assertThat(seqs(conversations.range(key, 0, 10))).containsExactly(0L, 1L, 3L);
        assertThat(everything()).doesNotContain("Found");
    }

    @Test
    void aConversationThatHasDeletedItemsIsDeletedWhole() {
        Run run = ended(newRun(2), message("Over."));
        ConversationKey key = run.key().conversation();
        touched.add(key);
        remove(key, 1);
        runs.delete(run.key(), true, clock.instant());

        assertThat(conversations.delete(key, clock.instant())).isTrue();

        assertThat(runs.delete(run.key(), true, clock.instant())).isEqualTo(Deletion.UNKNOWN);
        assertThat(conversations.find(key)).isEmpty();
        assertThat(conversations.range(key, 0, 3)).isEmpty();
    }

    @Test
    void whatIsLeftOfADeletedItemExpiresWithIt() {
        ConversationKey key = conversationOf(newRun(2));
        remove(key, 0);

        clock.advance(TIME_TO_LIVE.plus(Duration.ofSeconds(1)));

        assertThat(conversations.newestFirst(key, 3, 3, PLENTY)).isEmpty();
        assertThat(conversations.range(key, 0, 3)).isEmpty();
    }

    private NewRun keyed() {
        return newRun(
                conversation(),
                new Place.NewConversation(null),
                messages(1),
                null,
                new NewRun.Idempotency("key", "request"));
    }

    private ConversationKey conversationOf(NewRun run) {
        ConversationKey key = ended(run, message("Over.")).key().conversation();
        touched.add(key);
        return key;
    }

    private Change remove(ConversationKey key, long... seqs) {
        List<StoredItem> items = new ArrayList<>();
        for (long seq : seqs) {
            items.addAll(conversations.range(key, seq, seq + 1));
        }
        return conversations.remove(key, items, clock.instant());
    }

    private static Item.ToolCall call(String callId) {
        return new Item.ToolCall("mcp_" + callId, callId, "look", "{}", Executor.SERVER);
    }

    private static Item.ToolResult result(String callId, String output) {
        return new Item.ToolResult("fco_" + callId, callId, output, Outcome.DONE, Executor.SERVER);
    }

    private static List<Long> seqs(List<StoredItem> items) {
        return items.stream().map(StoredItem::seq).toList();
    }
}
