package dev.turnpike.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.ConversationStore.Change;
import dev.turnpike.conversation.ConversationStore.NewConversation;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.run.NewRun.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

        assertThat(conversations.create(empty(key))).isTrue();

        assertThat(conversations.find(key))
                .contains(new Conversation(
                        key,
                        0,
                        null,
                        null,
                        Totals.ZERO,
                        Map.of(),
                        NOON,
                        NOON.plus(TIME_TO_LIVE),
                        NOON.plus(TIME_TO_LIVE.multipliedBy(2))));
        assertThat(conversations.newestFirst(key, 0, 10, PLENTY)).isEmpty();
        assertThat(conversations.range(key, 0, 0)).isEmpty();
    }

    @Test
    void aConversationIsMadeOnce() {
        Run run = created(newRun(2));
        ConversationKey key = run.key().conversation();

        assertThat(conversations.create(empty(key))).isFalse();

        assertThat(conversations.find(key).orElseThrow().nextSeq()).isEqualTo(2);
    }

    @Test
    void aConversationCanBeginWithItemsAndWhatItsOwnerSaysAboutIt() {
        ConversationKey key = conversation();
        Map<String, String> about = Map.of("topic", "tolls", "größe", "");
        List<Item> items = List.of(message("One."), message(noise(100_000)));

        assertThat(conversations.create(new NewConversation(key, about, items, NOON, NOON.plus(TIME_TO_LIVE))))
                .isTrue();

        Conversation made = conversations.find(key).orElseThrow();
        assertThat(made.nextSeq()).isEqualTo(2);
        assertThat(made.metadata()).isEqualTo(about);
        assertThat(conversations.range(key, 0, 2))
                .extracting(StoredItem::seq, StoredItem::run, StoredItem::step, StoredItem::item)
                .containsExactly(tuple(0L, null, 0, items.get(0)), tuple(1L, null, 0, items.get(1)));
    }

    @Test
    void aConversationWhoseItemsAreTooLargeIsNotMade() {
        ConversationKey key = conversation();
        var large = new NewConversation(
                key,
                Map.of(),
                List.of(message(noise(3_000_000)), message(noise(3_000_000))),
                NOON,
                NOON.plus(TIME_TO_LIVE));

        assertThatThrownBy(() -> conversations.create(large)).isInstanceOf(ItemTooLargeException.class);

        assertThat(conversations.find(key)).isEmpty();
        assertThat(conversations.newestFirst(TENANT, null, 10)).isEmpty();
    }

    @Test
    void whatIsSaidOfAConversationIsReplacedWhoeverHoldsIt() {
        Run run = acquired(created(newRun(1)));
        ConversationKey key = run.key().conversation();
        var foreign = new ConversationKey("tenant-2", key.id());

        assertThat(conversations.describe(key, Map.of("a", "1", "b", "2"), clock.instant()))
                .isTrue();
        assertThat(conversations.describe(key, Map.of("b", "3"), clock.instant()))
                .isTrue();
        assertThat(conversations.describe(foreign, Map.of("b", "4"), clock.instant()))
                .isFalse();
        committed(commit(run, List.of(message("One.")), row(run, 1, 1), finish(StopReason.ANSWERED)));

        assertThat(conversations.find(key).orElseThrow().metadata()).isEqualTo(Map.of("b", "3"));
        assertThat(conversations.find(foreign)).isEmpty();
        conversations.delete(key, clock.instant());
        assertThat(conversations.describe(key, Map.of(), clock.instant())).isFalse();
        assertThat(conversations.find(key)).isEmpty();
    }

    @Test
    void conversationsAreListedByTheirCreationNewestFirst() {
        List<ConversationKey> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clock.advance(Duration.ofSeconds(1));
            ConversationKey key = i == 2 ? created(newRun(1)).key().conversation() : conversation();
            conversations.create(new NewConversation(
                    key,
                    Map.of("n", "" + i),
                    List.of(),
                    clock.instant(),
                    clock.instant().plus(TIME_TO_LIVE)));
            made.add(key);
        }
        List<ConversationKey> newest = made.reversed();

        assertThat(keys(conversations.newestFirst(TENANT, null, 10))).isEqualTo(newest);
        assertThat(keys(conversations.newestFirst(TENANT, null, 2))).isEqualTo(newest.subList(0, 2));
        assertThat(keys(conversations.newestFirst(TENANT, newest.get(1).id(), 2)))
                .isEqualTo(newest.subList(2, 4));
        assertThat(keys(conversations.newestFirst(TENANT, newest.get(4).id(), 2)))
                .isEmpty();
        assertThat(keys(conversations.newestFirst("tenant-2", null, 10))).isEmpty();
        assertThat(conversations.newestFirst(TENANT, null, 1).getFirst())
                .isEqualTo(conversations.find(newest.getFirst()).orElseThrow());
        conversations.delete(newest.get(0), clock.instant());
        conversations.delete(newest.get(2), clock.instant());
        assertThat(keys(conversations.newestFirst(TENANT, null, 2))).containsExactly(newest.get(1), newest.get(3));
        assertThat(keys(conversations.newestFirst(TENANT, newest.get(2).id(), 2)))
                .as("after one that is deleted")
                .containsExactly(newest.get(3), newest.get(4));
    }

    @Test
    void aConversationThatIsNotToBeStoredIsNotListed() {
        NewRun plain = newRun(1);
        created(new NewRun(
                plain.key(),
                request("{\"store\": false}"),
                plain.payer(),
                plain.limits(),
                plain.place(),
                plain.input(),
                null,
                null,
                null,
                plain.createdAt(),
                plain.limits().unstoredUntil()));

        assertThat(conversations.newestFirst(TENANT, null, 10)).isEmpty();
    }

    @Test
    void aConversationThatLivesOnStaysListed() {
        Run run = created(newRun(1));
        ConversationKey key = run.key().conversation();
        Conversation young = conversations.find(key).orElseThrow();
        assertThat(young.leavesList(NOON.plus(TIME_TO_LIVE))).isFalse();
        assertThat(young.leavesList(NOON.plus(TIME_TO_LIVE.multipliedBy(2)).plusSeconds(1)))
                .isTrue();
        Instant later = NOON.plus(Duration.ofDays(29));
        clock.advanceTo(later);
        Run taken = acquired(run);
        committed(commit(taken, List.of(), row(taken, 1, 1), finish(StopReason.ANSWERED)));

        conversations.keepListed(key, Conversation.listedUntil(later, later.plus(TIME_TO_LIVE)));

        assertThat(conversations.find(key).orElseThrow().listedUntil())
                .isEqualTo(later.plus(TIME_TO_LIVE.multipliedBy(2)));
        clock.advanceTo(later.plus(TIME_TO_LIVE).minusSeconds(1));
        assertThat(keys(conversations.newestFirst(TENANT, null, 10))).containsExactly(key);
        clock.advance(Duration.ofSeconds(1));
        assertThat(conversations.newestFirst(TENANT, null, 10)).isEmpty();
    }

    @Test
    void itemsAreAddedAtTheEndOfAConversationThatNobodyHolds() {
        Run run = ended(newRun(2), message("Over."));
        ConversationKey key = run.key().conversation();
        List<Item> items = List.of(message("More."), message(noise(600_000)));
        Instant expires = NOON.plus(TIME_TO_LIVE.multipliedBy(2));

        assertThat(conversations.add(key, 3, items, clock.instant(), expires)).isEqualTo(Change.DONE);

        assertThat(itemsOf(conversations.range(key, 3, 5))).isEqualTo(items);
        assertThat(conversations.find(key).orElseThrow())
                .extracting(Conversation::nextSeq, Conversation::activeRun, Conversation::expiresAt)
                .containsExactly(5L, null, expires);
        Run next = created(newRun(key, new Place.Append(5, null), messages(1)));
        assertThat(conversations.range(key, 0, 6)).hasSize(6);
        assertThat(next.firstSeq()).isEqualTo(5);
    }

    @Test
    @DisplayName("Row 6: no item is added beside a run, ahead of those who wait, or behind a moved end")
    void noItemIsAddedWhereARunIsAtWork() {
        Run run = acquired(created(newRun(2)));
        ConversationKey key = run.key().conversation();
        List<Item> items = List.of(message("More."));
        Instant expires = NOON.plus(TIME_TO_LIVE);

        assertThat(conversations.add(key, 2, items, clock.instant(), expires)).isEqualTo(Change.BUSY);
        created(newRun(key, new Place.Waiting(false, null), messages(1)));
        committed(commit(run, List.of(), row(run, 1, 1), finish(StopReason.ANSWERED)));
        assertThat(conversations.add(key, 2, items, clock.instant(), expires))
                .as("somebody waits")
                .isEqualTo(Change.BUSY);
        ConversationKey other = ended(newRun(2)).key().conversation();
        assertThat(conversations.add(other, 1, items, clock.instant(), expires))
                .as("its end has moved")
                .isEqualTo(Change.BUSY);
        var foreign = new ConversationKey("tenant-2", other.id());
        assertThat(conversations.add(foreign, 2, items, clock.instant(), expires))
                .isEqualTo(Change.GONE);
        conversations.delete(other, clock.instant());
        assertThat(conversations.add(other, 2, items, clock.instant(), expires)).isEqualTo(Change.GONE);

        assertThat(conversations.find(key).orElseThrow().nextSeq()).isEqualTo(2);
        assertThat(conversations.range(key, 0, 10)).hasSize(2);
        assertThat(conversations.range(other, 0, 10)).isEmpty();
        assertThat(conversations.range(foreign, 0, 10)).isEmpty();
    }

    @Test
    void itemsThatAreTooLargeAreNotAdded() {
        ConversationKey key = ended(newRun(1)).key().conversation();
        List<Item> items = List.of(message(noise(3_000_000)), message(noise(3_000_000)));

        assertThatThrownBy(() -> conversations.add(key, 1, items, clock.instant(), NOON.plus(TIME_TO_LIVE)))
                .isInstanceOf(ItemTooLargeException.class);

        assertThat(conversations.find(key).orElseThrow().nextSeq()).isEqualTo(1);
        assertThat(conversations.range(key, 0, 3)).hasSize(1);
    }

    @Test
    void theOldestItemsComeFirstAndNoMoreThanAreWanted() {
        ConversationKey key = created(newRun(20)).key().conversation();

        assertThat(seqs(conversations.oldestFirst(key, 5, 20, 3, PLENTY))).containsExactly(5L, 6L, 7L);
        assertThat(seqs(conversations.oldestFirst(key, 18, 30, 10, PLENTY))).containsExactly(18L, 19L);
        assertThat(seqs(conversations.oldestFirst(key, 5, 20, 10, 25))).containsExactly(5L, 6L, 7L);
        assertThat(conversations.oldestFirst(key, 5, 5, 10, PLENTY)).isEmpty();
        assertThat(conversations.oldestFirst(key, 5, 9, 0, PLENTY)).isEmpty();
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
        var result = new Item.ToolResult("fco_1", "call_1", "Seen.", Outcome.DONE, Executor.SERVER);
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
        conversations.create(empty(key));

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
                                new Part.Image("data:image/png;base64,AAAA", null),
                                new Part.Video("https://example.com/a.mp4")),
                        false),
                new Item.Message("msg_2", Role.SYSTEM, List.of(), false),
                new Item.Message("msg_3", Role.DEVELOPER, List.of(new Part.Text("")), false),
                new Item.Message("msg_4", Role.ASSISTANT, List.of(new Part.Refusal("No.")), true),
                new Item.Message("msg_5", Role.USER, List.of(new Part.Text("Hi.")), false, "ada"),
                new Item.ToolCall("fc_1", "call_1", "look", "{\"broken\": ", Executor.CLIENT),
                new Item.ToolCall("mcp_1", "call_2", "look", "{}", Executor.SERVER),
                new Item.ToolResult("fco_1", "call_1", "", Outcome.DONE, Executor.CLIENT),
                new Item.ToolResult("fco_2", "call_2", "?", Outcome.UNKNOWN, Executor.SERVER),
                new Item.ToolResult("fco_3", "call_3", "!", Outcome.FAILED, Executor.SERVER),
                Item.ToolResult.ofClient(
                        "fco_4", "call_4", List.of(new Part.Text("A"), new Part.Image("https://x.test/b", "low"))),
                new Item.Reasoning("rs_1", "Hm."),
                new Item.Draft("msg_6", "[", "it is not JSON"),
                new Item.Draft("msg_7", "", ""),
                new Item.ApprovalRequest("mcpr_1", "pay", "{\"to\": \"Zoë\"}", "7"),
                new Item.Approval("mcprr_1", "mcpr_1", true, null, "pay", "{}", "7"),
                new Item.Approval("mcprr_2", "mcpr_2", false, "Too dear.", "pay", "{}", ""));
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
                .containsExactly(tuple(run.key().run(), 0, NOON));
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
                plain.payer(),
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

    private static NewConversation empty(ConversationKey key) {
        return new NewConversation(key, Map.of(), List.of(), NOON, NOON.plus(TIME_TO_LIVE));
    }

    private static List<ConversationKey> keys(List<Conversation> conversations) {
        return conversations.stream().map(Conversation::key).toList();
    }

    private static List<Item> itemsOf(List<StoredItem> items) {
        return items.stream().map(StoredItem::item).toList();
    }

    private static List<Long> seqs(List<StoredItem> items) {
        return items.stream().map(StoredItem::seq).toList();
    }
}
