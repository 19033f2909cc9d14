package dev.turnpike.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.run.NewRun.Place;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What every [dev.turnpike.conversation.ConversationStore] does. Items get there through a [RunStore] of the same
/// table.
public abstract class ConversationStoreContract extends StoreContract {
    private static final long PLENTY = Long.MAX_VALUE;

    @Test
    void aConversationCanBeMadeEmpty() {
        ConversationKey key = conversation();

        assertThat(conversations.create(key, NOON, NOON.plus(TIME_TO_LIVE))).isTrue();

        assertThat(conversations.find(key))
                .contains(new Conversation(key, 0, null, null, Totals.ZERO, NOON, NOON.plus(TIME_TO_LIVE)));
        assertThat(conversations.newestFirst(key, 0, 10, PLENTY)).isEmpty();
        assertThat(conversations.range(key, 0, 0)).isEmpty();
    }

    @Test
    void aConversationIsMadeOnce() {
        Run run = created(newRun(2));
        ConversationKey key = run.key().conversation();

        assertThat(conversations.create(key, NOON, NOON.plus(TIME_TO_LIVE))).isFalse();

        assertThat(conversations.find(key).orElseThrow().nextSeq()).isEqualTo(2);
    }

    @Test
    void ofADeletedConversationOnlyTheLedgerRemains() {
        Run run = ended(newRun(3), message("Over."));
        ConversationKey key = run.key().conversation();

        assertThat(conversations.delete(key, clock.instant())).isTrue();

        assertThat(conversations.find(key)).isEmpty();
        assertThat(conversations.range(key, 0, 4)).isEmpty();
        assertThat(runs.find(run.key())).isEmpty();
        assertThat(runs.ledger(run.key())).hasSize(1);
        assertThat(conversations.delete(key, clock.instant())).isFalse();
    }

    @Test
    void whatDoesNotExistCantBeDeleted() {
        Run run = created(newRun(1));
        var foreign = new ConversationKey("tenant-2", run.key().conversation().id());

        assertThat(conversations.delete(foreign, clock.instant())).isFalse();
        assertThat(conversations.delete(conversation(), clock.instant())).isFalse();

        assertThat(conversations.find(run.key().conversation())).isPresent();
    }

    @Test
    void aRunOfADeletedConversationCommitsNothingAndLeavesNothing() {
        Run run = acquired(created(newRun(1)));
        conversations.delete(run.key().conversation(), clock.instant());
        var result = new Item.ToolResult("fco_1", "call_1", "Seen.", Outcome.DONE);
        runs.saveToolResult(run, new RunStore.ToolRecord(0, "look", "key", result));
        assertThat(runs.intend(run, new RunStore.ToolRecord(1, "pay", "key", null)))
                .isFalse();

        // Whoever holds it may die before it finds out.
        assertThat(runs.toolRecords(run)).isEmpty();
        assertThat(runs.commit(commit(run, List.of(message("Late.")), row(run, 1, 1), keep())))
                .isEqualTo(new RunStore.Commit.FencedOut());
        assertThat(runs.renew(run, clock.instant().plusSeconds(60))).isFalse();

        assertThat(runs.toolRecords(run)).isEmpty();
        assertThat(runs.ledger(run.key())).isEmpty();
        assertThat(acquire(run)).isEqualTo(new RunStore.Acquisition.Unknown());
        assertThat(runs.cancelRequested(run.key())).isTrue();
    }

    @Test
    void aDeletedConversationTakesNoRun() {
        Run run = ended(newRun(1));
        conversations.delete(run.key().conversation(), clock.instant());

        assertThat(runs.create(newRun(run.key().conversation(), new Place.Append(1, null), messages(1))))
                .isEqualTo(new RunStore.Creation.Locked());
    }

    @Test
    void anEmptyConversationTakesItsFirstRun() {
        ConversationKey key = conversation();
        conversations.create(key, NOON, NOON.plus(TIME_TO_LIVE));

        created(newRun(key, new Place.Append(0, null), messages(2)));

        assertThat(conversations.find(key).orElseThrow().nextSeq()).isEqualTo(2);
        assertThat(conversations.find(key).orElseThrow().createdAt()).isEqualTo(NOON);
    }

    @Test
    void anotherTenantsConversationIsNotThere() {
        Run run = created(newRun(2));
        var foreign = new ConversationKey("tenant-2", run.key().conversation().id());

        assertThat(conversations.find(foreign)).isEmpty();
        assertThat(conversations.newestFirst(foreign, 2, 10, PLENTY)).isEmpty();
        assertThat(conversations.range(foreign, 0, 2)).isEmpty();
    }

    @Test
    void theNewestItemsComeFirst() {
        ConversationKey key = created(newRun(20)).key().conversation();

        assertThat(seqs(conversations.newestFirst(key, 20, 3, PLENTY))).containsExactly(19L, 18L, 17L);
        assertThat(seqs(conversations.newestFirst(key, 2, 10, PLENTY))).containsExactly(1L, 0L);
        assertThat(conversations.newestFirst(key, 0, 10, PLENTY)).isEmpty();
        assertThat(conversations.newestFirst(key, 20, 0, PLENTY)).isEmpty();
    }

    @Test
    void aRangeComesOldestFirstWithoutItsEnd() {
        ConversationKey key = created(newRun(20)).key().conversation();

        assertThat(seqs(conversations.range(key, 5, 8))).containsExactly(5L, 6L, 7L);
        assertThat(seqs(conversations.range(key, 18, 30))).containsExactly(18L, 19L);
        assertThat(conversations.range(key, 5, 5)).isEmpty();
        assertThat(conversations.range(key, 8, 5)).isEmpty();
    }

    @Test
    void moreItemsThanAPageHoldsAreReadWhole() {
        List<Item> long32 = LongStream.range(0, 60)
                .mapToObj(i -> message(i + " " + "x".repeat(30 * 1024)))
                .toList();
        ConversationKey key = created(newRun(conversation(), new Place.NewConversation(null), long32))
                .key()
                .conversation();

        assertThat(conversations.newestFirst(key, 60, 60, PLENTY).reversed().stream()
                        .map(StoredItem::item))
                .containsExactlyElementsOf(long32);
        assertThat(conversations.range(key, 0, 60)).hasSize(60);
    }

    @Test
    void itemsOfEveryKindAreReadAsTheyWereWritten() {
        List<Item> items = List.of(
                new Item.Message(
                        "msg_1",
                        Role.USER,
                        List.of(
                                new Part.Text("Ünïcode 𝄞 \u2028 \" \\ \u0001"),
                                new Part.Image("https://example.com/a.png", "low"),
                                new Part.Image("data:image/png;base64,AAAA", null)),
                        false),
                new Item.Message("msg_2", Role.SYSTEM, List.of(), false),
                new Item.Message("msg_3", Role.DEVELOPER, List.of(new Part.Text("")), false),
                new Item.Message("msg_4", Role.ASSISTANT, List.of(new Part.Refusal("No.")), true),
                new Item.Message("msg_5", Role.USER, List.of(new Part.Text("Hi.")), false, "ada"),
                new Item.ToolCall("fc_1", "call_1", "look", "{\"broken\": ", Executor.CLIENT),
                new Item.ToolCall("mcp_1", "call_2", "look", "{}", Executor.SERVER),
                new Item.ToolResult("fco_1", "call_1", "", Outcome.DONE),
                new Item.ToolResult("fco_2", "call_2", "?", Outcome.UNKNOWN),
                new Item.ToolResult("fco_3", "call_3", "!", Outcome.FAILED),
                new Item.Reasoning("rs_1", "Hm."),
                new Item.ApprovalRequest("mcpr_1", "pay", "{\"to\": \"Zoë\"}"),
                new Item.Approval("mcprr_1", "mcpr_1", true, null, "pay", "{}"),
                new Item.Approval("mcprr_2", "mcpr_2", false, "Too dear.", "pay", "{}"));
        ConversationKey key = created(newRun(conversation(), new Place.NewConversation(null), items))
                .key()
                .conversation();

        assertThat(conversations.range(key, 0, items.size()).stream().map(StoredItem::item))
                .containsExactlyElementsOf(items);
    }

    @Test
    void aLongItemIsReadAsItWasWritten() {
        List<Item> items = List.of(message("y".repeat(32 * 1024)), message("lörem ipsum ".repeat(50_000)));
        ConversationKey key = created(newRun(conversation(), new Place.NewConversation(null), items))
                .key()
                .conversation();

        assertThat(conversations.range(key, 0, 2).stream().map(StoredItem::item))
                .containsExactlyElementsOf(items);
    }

    @Test
    @DisplayName("Row 39: an item beyond the size of a row is read whole, from either end")
    void anItemBeyondTheSizeOfARowIsReadWhole() {
        List<Item> items =
                List.of(message("First."), message(noise(1_500_000)), message("Third."), message(noise(1_000_000)));
        ConversationKey key = created(newRun(conversation(), new Place.NewConversation(null), items))
                .key()
                .conversation();

        assertThat(itemsOf(conversations.range(key, 0, 4))).containsExactlyElementsOf(items);
        assertThat(itemsOf(conversations.range(key, 1, 2))).containsExactly(items.get(1));
        assertThat(itemsOf(conversations.newestFirst(key, 4, 10, PLENTY))).containsExactlyElementsOf(items.reversed());
        assertThat(itemsOf(conversations.newestFirst(key, 4, 1, PLENTY))).containsExactly(items.get(3));
        assertThat(itemsOf(conversations.newestFirst(key, 3, 1, PLENTY))).containsExactly(items.get(2));
        assertThat(itemsOf(conversations.newestFirst(key, 3, 2, PLENTY))).containsExactly(items.get(2), items.get(1));
        assertThat(seqs(conversations.newestFirst(key, 4, 10, PLENTY))).containsExactly(3L, 2L, 1L, 0L);
    }

    @Test
    void readingTheNewestEndsWithTheItemThatMakesItEnough() {
        List<Item> items =
                Stream.generate(() -> message("x".repeat(1_000))).limit(20).toList();
        ConversationKey key = created(newRun(conversation(), new Place.NewConversation(null), items))
                .key()
                .conversation();

        assertThat(seqs(conversations.newestFirst(key, 20, 20, 2_500))).containsExactly(19L, 18L, 17L);
        assertThat(seqs(conversations.newestFirst(key, 20, 20, 3_000))).containsExactly(19L, 18L, 17L);
        assertThat(seqs(conversations.newestFirst(key, 20, 20, 1))).containsExactly(19L);
        assertThat(conversations.newestFirst(key, 20, 20, 20_000)).hasSize(20);
    }

    @Test
    void anItemKnowsItsRunItsStepAndItsTime() {
        Run run = created(newRun(1));

        assertThat(conversations.range(run.key().conversation(), 0, 1))
                .extracting(StoredItem::run, StoredItem::step, StoredItem::createdAt)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(run.key().run(), 0, NOON));
    }

    @Test
    void anExpiredConversationIsGone() {
        ConversationKey key = created(newRun(3)).key().conversation();

        clock.advance(TIME_TO_LIVE.minusSeconds(1));
        assertThat(conversations.find(key)).isPresent();
        assertThat(conversations.range(key, 0, 3)).hasSize(3);
        clock.advance(Duration.ofSeconds(1));

        assertThat(conversations.find(key)).isEmpty();
        assertThat(conversations.range(key, 0, 3)).isEmpty();
        assertThat(conversations.newestFirst(key, 3, 3, PLENTY)).isEmpty();
    }

    @Test
    void aConversationLivesOnWithEveryCommit() {
        Run run = created(newRun(1));
        clock.advance(Duration.ofDays(10));
        Run taken = acquired(run);
        committed(commit(taken, List.of(message("One.")), row(taken, 1, 1), finish(StopReason.ANSWERED)));

        clock.advance(Duration.ofDays(25));

        assertThat(conversations.find(run.key().conversation()).orElseThrow().expiresAt())
                .isEqualTo(NOON.plus(Duration.ofDays(40)));
    }

    @Test
    void whatIsNotToBeStoredDoesNotLiveLongerForWhatIsCommitted() {
        NewRun plain = newRun(1);
        var unstored = new NewRun(
                plain.key(),
                request("{\"store\": false}"),
                plain.limits(),
                plain.place(),
                plain.input(),
                null,
                null,
                null,
                plain.createdAt(),
                plain.limits().unstoredUntil());

        Run end = ended(unstored, message("One."));

        clock.advanceTo(end.limits().unstoredUntil().minusSeconds(1));
        assertThat(runs.find(end.key())).isPresent();
        assertThat(conversations.range(end.key().conversation(), 0, 2)).hasSize(2);
        clock.advance(Duration.ofSeconds(1));
        assertThat(runs.find(end.key())).isEmpty();
        assertThat(conversations.find(end.key().conversation())).isEmpty();
        assertThat(conversations.range(end.key().conversation(), 0, 2)).isEmpty();
    }

    @Test
    void aRunLivesOnWithEveryCommit() {
        Run run = created(newRun(1));
        clock.advance(Duration.ofDays(20));
        Run taken = acquired(run);
        committed(commit(taken, List.of(), null, finish(StopReason.DEADLINE)));

        clock.advance(Duration.ofDays(20));

        assertThat(runs.find(run.key())).isPresent();
    }

    private static List<Item> itemsOf(List<StoredItem> items) {
        return items.stream().map(StoredItem::item).toList();
    }

    private static List<Long> seqs(List<StoredItem> items) {
        return items.stream().map(StoredItem::seq).toList();
    }
}
