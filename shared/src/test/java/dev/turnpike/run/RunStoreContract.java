package dev.turnpike.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.Ids;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.model.Served;
import dev.turnpike.run.NewRun.Place;
import dev.turnpike.run.Run.ServedBy;
import dev.turnpike.run.RunStore.Acquisition;
import dev.turnpike.run.RunStore.Cancellation;
import dev.turnpike.run.RunStore.Commit;
import dev.turnpike.run.RunStore.Creation;
import dev.turnpike.run.RunStore.ToolRecord;
import dev.turnpike.run.RunStore.Turn;
import dev.turnpike.run.StepCommit.After;
import dev.turnpike.tokens.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What every [RunStore] does.
public abstract class RunStoreContract extends StoreContract {
    /// An idempotency key, and like a real one never the same twice.
    private final String key = ids.next();

    // Create.

    @Test
    void aCreatedRunIsFoundAsItWasMade() {
        NewRun run = newRun(2);

        Creation creation = runs.create(run);

        Run found = found(run.key());
        assertThat(creation).isEqualTo(new Creation.Created(found));
        assertThat(found.status()).isEqualTo(RunStatus.QUEUED);
        assertThat(found.step()).isZero();
        assertThat(found.fence()).isZero();
        assertThat(found.attempts()).isZero();
        assertThat(found.leaseUntil()).isEqualTo(Instant.EPOCH);
        assertThat(found.request()).isEqualTo(run.request());
        assertThat(found.limits()).isEqualTo(run.limits());
        assertThat(List.of(found.firstSeq(), found.inputEnd(), found.endSeq())).containsExactly(0L, 2L, 2L);
        assertThat(found.createdAt()).isEqualTo(NOON);
        assertThat(found.changedAt()).isEqualTo(NOON);
        assertThat(found.endedAt()).isNull();
        assertThat(found.ttftMillis()).isEqualTo(-1);
    }

    @Test
    void aRequestIsReadBackWithAllThatWasAsked() {
        NewRun plain = newRun(1);
        RunRequest request = request("""
            {"instructions": "Be brief.", "temperature": 0.2, "truncation": "disabled", "store": false,
             "background": true, "max_output_tokens": 99, "parallel_tool_calls": false, "tool_choice": "required",
             "tools": [{"type": "function", "name": "look", "parameters": {"type": "object"}}]}\
            """);
        NewRun run = new NewRun(
                plain.key(),
                request,
                plain.payer(),
                plain.limits(),
                plain.place(),
                plain.input(),
                null,
                null,
                new Reply("key-1", true, false),
                plain.createdAt(),
                plain.expiresAt());

        runs.create(run);

        assertThat(found(run.key()).request()).isEqualTo(request);
        assertThat(found(run.key()).reply()).isEqualTo(new Reply("key-1", true, false));
    }

    @Test
    void aNewConversationHoldsTheInputAndIsHeldByTheRun() {
        NewRun run = newRun(3);

        runs.create(run);

        Conversation conversation = conversations.find(run.key().conversation()).orElseThrow();
        assertThat(conversation.nextSeq()).isEqualTo(3);
        assertThat(conversation.activeRun()).isEqualTo(run.key().run());
        assertThat(conversation.parent()).isNull();
        assertThat(conversation.totals()).isEqualTo(Totals.ZERO);
        assertThat(stored(run.key().conversation(), 3).stream().map(StoredItem::item))
                .containsExactlyElementsOf(run.input());
    }

    @Test
    void aRunCreatedWithALeaseIsHeldFromTheStart() {
        var lease = new NewRun.Lease("api", NOON.plusSeconds(30));
        Run run = created(newRun(conversation(), new Place.NewConversation(null), messages(1), lease, null));

        assertThat(run.status()).isEqualTo(RunStatus.IN_PROGRESS);
        assertThat(run.fence()).isEqualTo(1);
        assertThat(run.attempts()).isEqualTo(1);
        assertThat(run.leaseUntil()).isEqualTo(lease.until());
        assertThat(acquire(run)).isEqualTo(new Acquisition.Held(lease.until()));
    }

    @Test
    void moreInputThanATransactionHoldsIsStoredWhole() {
        NewRun run = newRun(250);

        Run created = created(run);

        assertThat(created.endSeq()).isEqualTo(250);
        assertThat(stored(run.key().conversation(), 250).stream().map(StoredItem::item))
                .containsExactlyElementsOf(run.input());
    }

    @Test
    void aRunGoesOnAtTheEndOfItsConversation() {
        Run first = ended(newRun(1), answer("One."));
        ConversationKey key = first.key().conversation();

        Run second = created(newRun(key, new Place.Append(2, null), messages(2)));

        assertThat(List.of(second.firstSeq(), second.inputEnd(), second.endSeq()))
                .containsExactly(2L, 4L, 4L);
        Conversation conversation = conversations.find(key).orElseThrow();
        assertThat(conversation.nextSeq()).isEqualTo(4);
        assertThat(conversation.activeRun()).isEqualTo(second.key().run());
        assertThat(conversation.totals().inputTokens()).isEqualTo(10);
    }

    @Test
    void aConversationTakesOneRunAtATime() {
        Run first = created();
        ConversationKey key = first.key().conversation();

        assertThat(runs.create(newRun(key, new Place.Append(1, null), messages(1))))
                .isEqualTo(new Creation.Locked());

        assertThat(conversations.find(key).orElseThrow().nextSeq()).isEqualTo(1);
    }

    @Test
    void aRunIsNotAppendedWhereTheConversationHasEndedBefore() {
        Run first = ended(newRun(1), answer("One."));
        ConversationKey key = first.key().conversation();

        assertThat(runs.create(newRun(key, new Place.Append(1, null), messages(1))))
                .isEqualTo(new Creation.Locked());
        assertThat(stored(key, 2).getLast().item()).isEqualTo(answer("One."));
    }

    @Test
    void aRunThatGoesOnInAForkKnowsWhereTheForkComesFrom() {
        Run first = ended(newRun(1), answer("One."));
        Place fork = forkOf(first.key().conversation(), 2);
        Run second = ended(newRun(conversation(), fork, messages(1)), answer("Two."));

        Run third = created(newRun(second.key().conversation(), new Place.Append(2, fork.parent()), messages(1)));

        assertThat(third.parent()).isEqualTo(fork.parent());
        assertThat(runs.find(third.key()).orElseThrow().parent()).isEqualTo(fork.parent());
        assertThat(conversations.find(third.key().conversation()).orElseThrow().parent())
                .isEqualTo(fork.parent());
    }

    @Test
    void aForkKeepsWhereItComesFrom() {
        Run first = ended(newRun(1), answer("One."));
        NewRun fork = newRun(conversation(), forkOf(first.key().conversation(), 2), messages(1));

        Run run = created(fork);

        var parent = new Conversation.ForkPoint(first.key().conversation().id(), 2);
        assertThat(run.parent()).isEqualTo(parent);
        assertThat(conversations.find(fork.key().conversation()).orElseThrow().parent())
                .isEqualTo(parent);
    }

    @Test
    void anIdempotencyKeyThatComesAgainFindsItsRun() {
        NewRun first = keyed("key", "request");
        Run run = created(first);

        assertThat(runs.create(keyed("key", "request"))).isEqualTo(new Creation.Repeated(run));
        assertThat(runs.create(keyed("other key", "request"))).isInstanceOf(Creation.Created.class);
    }

    @Test
    void aRepeatedRequestLeavesNothingBehind() {
        created(keyed("key", "request"));
        NewRun again = keyed("key", "request");

        runs.create(again);

        assertThat(runs.find(again.key())).isEmpty();
        assertThat(conversations.find(again.key().conversation())).isEmpty();
        assertThat(conversations.newestFirst(again.key().conversation(), 1, 1, 1_000))
                .isEmpty();
    }

    @Test
    void anIdempotencyKeyIsNotForAnotherRequest() {
        created(keyed("key", "request"));

        assertThat(runs.create(keyed("key", "another request"))).isEqualTo(new Creation.KeyReused());
    }

    @Test
    void anIdempotencyKeyIsItsTenantsOwn() {
        created(keyed("key", "request"));
        NewRun other = keyed("key", "request");
        var foreign = new RunKey(new ConversationKey("tenant-2", ids.next()), ids.next());

        assertThat(runs.create(new NewRun(
                        foreign,
                        other.request(),
                        other.payer(),
                        other.limits(),
                        other.place(),
                        other.input(),
                        null,
                        other.idempotency(),
                        null,
                        other.createdAt(),
                        other.expiresAt())))
                .isInstanceOf(Creation.Created.class);
    }

    @Test
    void ofRequestsAtTheSameTimeUnderOneKeyOneCreatesTheRun() throws Exception {
        List<Callable<Creation>> requests = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            NewRun run = keyed("key", "request");
            requests.add(() -> runs.create(run));
        }

        List<Creation> creations = atOnce(requests);

        Set<String> made = new HashSet<>();
        creations.forEach(creation -> made.add(
                switch (creation) {
                    case Creation.Created(Run run) -> run.key().run();
                    case Creation.Repeated(Run run) -> run.key().run();
                    case Creation.KeyReused _, Creation.Locked _ -> "refused";
                }));
        assertThat(made).hasSize(1);
        assertThat(creations).filteredOn(Creation.Created.class::isInstance).hasSize(1);
    }

    @Test
    void anIdempotencyKeyLeadsToItsRunWithoutCreatingAnother() {
        Run run = created(keyed("key", "request"));

        assertThat(runs.earlier(TENANT, new NewRun.Idempotency("key", "request")))
                .contains(new Creation.Repeated(run));
        assertThat(runs.earlier(TENANT, new NewRun.Idempotency("key", "another request")))
                .contains(new Creation.KeyReused());
        assertThat(runs.earlier(TENANT, new NewRun.Idempotency("other key", "request")))
                .isEmpty();
        assertThat(runs.earlier("tenant-2", new NewRun.Idempotency("key", "request")))
                .isEmpty();
    }

    @Test
    void anIdempotencyKeyIsFreeAgainAfterADay() {
        Run first = created(keyed("key", "request"));
        clock.advance(Duration.ofHours(24));

        assertThat(runs.earlier(TENANT, new NewRun.Idempotency("key", "request")))
                .isEmpty();
        Run second = created(keyed("key", "another request"));

        assertThat(second).isNotEqualTo(first);
        assertThat(runs.create(keyed("key", "another request"))).isEqualTo(new Creation.Repeated(second));
    }

    @Test
    void anIdempotencyKeyIsFreeAgainWhenItsRunHasExpired() {
        NewRun plain = keyed("key", "request");
        created(new NewRun(
                plain.key(),
                plain.request(),
                plain.payer(),
                plain.limits(),
                plain.place(),
                plain.input(),
                null,
                plain.idempotency(),
                null,
                plain.createdAt(),
                plain.createdAt().plus(Duration.ofHours(2))));
        clock.advance(Duration.ofHours(2));

        assertThat(runs.create(keyed("key", "request"))).isInstanceOf(Creation.Created.class);
    }

    // Acquire.

    @Test
    void acquiringTakesANewFenceALeaseAndAnAttempt() {
        Run run = created();
        clock.advance(Duration.ofSeconds(5));

        Run taken = acquired(run);

        assertThat(taken).isEqualTo(found(run.key()));
        assertThat(taken.status()).isEqualTo(RunStatus.IN_PROGRESS);
        assertThat(taken.fence()).isEqualTo(1);
        assertThat(taken.attempts()).isEqualTo(1);
        assertThat(taken.leaseUntil()).isEqualTo(clock.instant().plusSeconds(60));
        assertThat(taken.changedAt()).isEqualTo(clock.instant());
    }

    @Test
    void aHeldRunIsLeftToItsHolderUntilTheLeaseIsOver() {
        Run taken = acquired(created());

        assertThat(acquire(taken)).isEqualTo(new Acquisition.Held(taken.leaseUntil()));
        clock.advanceTo(taken.leaseUntil());
        assertThat(acquire(taken)).isEqualTo(new Acquisition.Held(taken.leaseUntil()));
        clock.advance(Duration.ofMillis(1));
        Run again = acquired(taken);

        assertThat(again.fence()).isEqualTo(2);
        assertThat(again.attempts()).isEqualTo(2);
    }

    @Test
    void ofManyWhoAcquireAtTheSameTimeOneWins() throws Exception {
        Run run = created();
        List<Callable<Acquisition>> tries = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            tries.add(() -> acquire(run));
        }

        assertThat(atOnce(tries))
                .filteredOn(Acquisition.Acquired.class::isInstance)
                .hasSize(1);
        assertThat(found(run.key()).fence()).isEqualTo(1);
    }

    @Test
    void aStepThatIsDoneIsStale() {
        Run run = acquired(created());
        Run after = committed(commit(run, List.of(answer("One.")), row(run, 1, 1), new After.Release()));

        assertThat(runs.acquire(run.key(), 0, clock.instant(), clock.instant(), "worker"))
                .isEqualTo(new Acquisition.Stale(after));
        assertThat(runs.acquire(run.key(), 2, clock.instant(), clock.instant(), "worker"))
                .isEqualTo(new Acquisition.Stale(after));
        assertThat(acquired(after).step()).isEqualTo(1);
    }

    @Test
    void anEndedRunIsNotAcquired() {
        Run run = ended(newRun(1), answer("One."));

        assertThat(runs.acquire(run.key(), 0, clock.instant(), clock.instant(), "worker"))
                .isEqualTo(new Acquisition.Ended(run));
        assertThat(acquire(run)).isEqualTo(new Acquisition.Ended(run));
    }

    @Test
    void aStepIsTriedAsOftenAsTheLimitAllows() {
        Run run = created();
        for (int attempt = 1; attempt <= run.limits().maxAttempts(); attempt++) {
            assertThat(acquired(run).attempts()).isEqualTo(attempt);
            clock.advance(Duration.ofMinutes(2));
        }

        assertThat(acquire(run)).isEqualTo(new Acquisition.Exhausted(found(run.key())));
        assertThat(found(run.key()).fence()).isEqualTo(3);
    }

    @Test
    void whatDoesNotExistIsUnknown() {
        Run run = created();
        var otherRun = new RunKey(run.key().conversation(), ids.next());
        var otherTenant = new RunKey(
                new ConversationKey("tenant-2", run.key().conversation().id()),
                run.key().run());

        for (RunKey unknown : List.of(otherRun, otherTenant)) {
            assertThat(runs.acquire(unknown, 0, clock.instant(), clock.instant(), "worker"))
                    .isEqualTo(new Acquisition.Unknown());
            assertThat(runs.find(unknown)).isEmpty();
        }
    }

    // Commit.

    @Test
    void aRunKeepsWhatAnsweredInPlaceOfItsModel() {
        Run run = acquired(created());
        var other = row(
                run,
                LedgerRow.State.SETTLED,
                new Served("groq/llama-3.3-70b", "flex", false),
                Usage.reported(1, 0, 1, 0),
                7L);
        Run next = committed(commit(run, List.of(call("call_1")), other, keep()));
        assertThat(next.servedBy()).isEqualTo(new ServedBy(Set.of("groq/llama-3.3-70b"), 0));

        var cached = row(next, LedgerRow.State.SETTLED, Served.fromCache("gpt-4o-mini"), Usage.NONE, 0L);
        Run after = committed(commit(next, List.of(answer("One.")), cached, finish(StopReason.ANSWERED)));

        assertThat(after.servedBy()).isEqualTo(new ServedBy(Set.of("groq/llama-3.3-70b"), 1));
        assertThat(found(run.key())).isEqualTo(after);
        assertThat(runs.ledger(run.key())).containsExactlyInAnyOrder(other, cached);
    }

    @Test
    void aCommitThatKeepsTheRunIsTheNextAcquisition() {
        Run run = acquired(created());
        clock.advance(Duration.ofSeconds(3));
        List<Item> output = List.of(answer("One."), call("call_1"));
        var commit = new StepCommit(run, true, output, row(run, 10, 4), 250, keep(), clock.instant());

        Run after = committed(commit);

        assertThat(after).isEqualTo(found(run.key()));
        assertThat(after.step()).isEqualTo(1);
        assertThat(after.fence()).isEqualTo(run.fence() + 1);
        assertThat(after.attempts()).isEqualTo(1);
        assertThat(after.leaseUntil()).isEqualTo(clock.instant().plusSeconds(60));
        assertThat(after.endSeq()).isEqualTo(3);
        assertThat(after.spent()).isEqualTo(new Totals(10, 5, 3, 4, 2, 7, 0));
        assertThat(after.priceVersion()).isEqualTo("2026-11");
        assertThat(after.ttftMillis()).isEqualTo(250);
        assertThat(after.changedAt()).isEqualTo(clock.instant());
    }

    @Test
    void aCommitWritesItemsLedgerAndTotalsTogether() {
        Run run = acquired(created());
        LedgerRow row = row(run, 10, 4);
        committed(commit(run, List.of(answer("One."), call("call_1")), row, keep()));

        ConversationKey key = run.key().conversation();
        Conversation conversation = conversations.find(key).orElseThrow();
        assertThat(conversation.nextSeq()).isEqualTo(3);
        assertThat(conversation.activeRun()).isEqualTo(run.key().run());
        assertThat(conversation.totals()).isEqualTo(new Totals(10, 5, 3, 4, 2, 7, 0));
        assertThat(runs.ledger(run.key())).containsExactly(row);
        assertThat(conversations.range(key, 1, 3))
                .containsExactly(
                        new StoredItem(1, run.key().run(), 0, clock.instant(), answer("One.")),
                        new StoredItem(2, run.key().run(), 0, clock.instant(), call("call_1")));
    }

    @Test
    void stepsAddUp() {
        Run run = acquired(created());
        Run next = committed(commit(run, List.of(call("call_1")), row(run, 10, 4), keep()));
        Run third = committed(commit(next, List.of(result("call_1")), null, keep()));
        LedgerRow unpriced = row(third, LedgerRow.State.SETTLED, Usage.estimated(100, 40), null);
        Run end = committed(commit(third, List.of(answer("Done.")), unpriced, finish(StopReason.ANSWERED)));

        assertThat(end.spent()).isEqualTo(new Totals(110, 5, 3, 44, 2, 7, 1));
        assertThat(conversations.find(run.key().conversation()).orElseThrow().totals())
                .isEqualTo(end.spent());
        assertThat(runs.ledger(run.key())).extracting(LedgerRow::step).containsExactly(0, 2);
        assertThat(runs.ledger(run.key()).getLast()).isEqualTo(unpriced);
    }

    @Test
    void aCommitThatReleasesLeavesTheNextStepToAnyone() {
        Run run = acquired(created());

        Run after = committed(commit(run, List.of(answer("One.")), row(run, 1, 1), new After.Release()));

        assertThat(after).isEqualTo(found(run.key()));
        assertThat(after.status()).isEqualTo(RunStatus.IN_PROGRESS);
        assertThat(after.leaseUntil()).isEqualTo(Instant.EPOCH);
        assertThat(after.attempts()).isZero();
        assertThat(acquired(after).fence()).isEqualTo(2);
    }

    @Test
    void aCommitThatFinishesEndsTheRunAndFreesTheConversation() {
        Run run = acquired(created());
        clock.advance(Duration.ofSeconds(3));
        var failure = new After.Finish(
                StopReason.ERROR, RunError.of("upstream_error", "It failed.", Map.of("model", "gpt-4o-mini")));

        Run after = committed(commit(run, List.of(answer("One.")), row(run, 1, 1), failure));

        assertThat(after).isEqualTo(found(run.key()));
        assertThat(after.status()).isEqualTo(RunStatus.FAILED);
        assertThat(after.stopReason()).isEqualTo(StopReason.ERROR);
        assertThat(after.error())
                .isEqualTo(RunError.of("upstream_error", "It failed.", Map.of("model", "gpt-4o-mini")));
        assertThat(after.endedAt()).isEqualTo(clock.instant());
        assertThat(after.leaseUntil()).isEqualTo(Instant.EPOCH);
        assertThat(active()).doesNotContain(run.key());
        assertThat(conversations.find(run.key().conversation()).orElseThrow().activeRun())
                .isNull();
    }

    @Test
    void aRunMayEndBeforeAStepDidAnything() {
        Run run = acquired(created());

        Run after = committed(
                new StepCommit(run, false, List.of(), null, -1, finish(StopReason.MAX_STEPS), clock.instant()));

        assertThat(after.step()).isZero();
        assertThat(after.status()).isEqualTo(RunStatus.INCOMPLETE);
        assertThat(runs.ledger(run.key())).isEmpty();
        assertThat(conversations.find(run.key().conversation()).orElseThrow().activeRun())
                .isNull();
    }

    @Test
    void aRequestToCancelStopsEveryCommitButTheOneThatCancels() {
        Run run = acquired(created());
        requestCancel(run);
        StepCommit answered = commit(run, List.of(answer("One.")), row(run, 10, 4), finish(StopReason.ANSWERED));

        assertThat(runs.commit(answered)).isEqualTo(new Commit.CancelRequested());
        assertThat(runs.ledger(run.key())).isEmpty();
        Run after = committed(commit(run, answered.items(), answered.settled(), finish(StopReason.CANCELLED)));

        assertThat(found(run.key()).status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(after.spent().inputTokens()).isEqualTo(10);
        assertThat(runs.ledger(run.key())).hasSize(1);
        assertThat(stored(run.key().conversation(), 2).getLast().item()).isEqualTo(answer("One."));
    }

    @Test
    void aRequestToCancelIsSeenByWhoeverLooksAndMaySafelyBeRepeated() {
        Run run = acquired(created());
        assertThat(runs.cancelRequested(run.key())).isFalse();

        requestCancel(run);
        requestCancel(run);

        assertThat(runs.cancelRequested(run.key())).isTrue();
        assertThat(found(run.key()).leaseUntil()).isEqualTo(run.leaseUntil());
        assertThat(found(run.key()).changedAt()).isEqualTo(run.changedAt());
    }

    @Test
    void anEndedRunCantBeCancelledAndAnUnknownOneNeither() {
        Run run = ended(newRun(1));
        var unknown = new RunKey(run.key().conversation(), ids.next());

        assertThat(runs.requestCancel(run.key(), clock.instant())).isEqualTo(new Cancellation.Ended(run));
        assertThat(runs.requestCancel(unknown, clock.instant())).isEqualTo(new Cancellation.Unknown());

        assertThat(found(run.key())).isEqualTo(run);
    }

    private NewRun waitingFor(Run run, boolean next, int items) {
        return newRun(run.key().conversation(), new Place.Waiting(next, null), messages(items));
    }

    private static Item withPlace(Item item, long seq) {
        return item.withId(Ids.moved(item.id(), seq));
    }

    @Test
    void aRunThatWaitsGetsItsPlaceWhenTheHolderHasEnded() {
        Run holder = acquired(created(newRun(2)));
        NewRun later = newRun(
                holder.key().conversation(), new Place.Waiting(false, null), List.of(placedMessage(), placedMessage()));
        Run waiting = created(later);
        assertThat(waiting.waiting()).isTrue();
        assertThat(acquire(waiting)).isEqualTo(new Acquisition.Waiting(waiting));
        assertThat(runs.takeTurn(waiting, clock.instant())).isEqualTo(Turn.NOT_YET);
        committed(commit(holder, List.of(answer("One.")), row(holder, 1, 1), finish(StopReason.ANSWERED)));

        assertThat(runs.takeTurn(waiting, clock.instant())).isEqualTo(Turn.TAKEN);

        Run placed = acquired(found(waiting.key()));
        assertThat(placed.firstSeq()).isEqualTo(3);
        assertThat(placed.inputEnd()).isEqualTo(5);
        assertThat(stored(holder.key().conversation(), 5).subList(3, 5))
                .extracting(StoredItem::item)
                .containsExactly(
                        withPlace(later.input().getFirst(), 3),
                        withPlace(later.input().getLast(), 4));
        assertThat(runs.takeTurn(waiting, clock.instant())).isEqualTo(Turn.GONE);
    }

    private Item placedMessage() {
        return Item.Message.text(ids.item("msg", "c".repeat(26), 0), Item.Role.USER, "And then?");
    }

    @Test
    void runsTakeTurnsInTheOrderOfTheirCreationPastThoseThatHaveEnded() {
        Run holder = acquired(created(newRun(1)));
        Run first = created(waitingFor(holder, false, 0));
        Run second = created(waitingFor(holder, false, 0));
        Run third = created(waitingFor(holder, false, 0));
        committed(commit(holder, List.of(), row(holder, 1, 1), finish(StopReason.ANSWERED)));

        assertThat(runs.takeTurn(third, clock.instant())).isEqualTo(Turn.NOT_YET);
        assertThat(runs.endWaiting(first, StopReason.CANCELLED, clock.instant()))
                .get()
                .extracting(Run::status)
                .isEqualTo(RunStatus.CANCELLED);
        assertThat(runs.endWaiting(first, StopReason.CANCELLED, clock.instant()))
                .isEmpty();
        assertThat(runs.takeTurn(third, clock.instant())).isEqualTo(Turn.NOT_YET);
        assertThat(runs.takeTurn(second, clock.instant())).isEqualTo(Turn.TAKEN);
        assertThat(runs.takeTurn(third, clock.instant())).isEqualTo(Turn.NOT_YET);
        assertThat(runs.takeTurn(first, clock.instant())).isEqualTo(Turn.GONE);
    }

    @Test
    void onlyABusyConversationIsWaitedForAndNobodyPassesThoseWhoWait() {
        Run holder = acquired(created(newRun(1)));
        Run idle = ended(newRun(1));
        assertThat(runs.create(waitingFor(idle, false, 1))).isEqualTo(new Creation.Locked());
        created(waitingFor(holder, true, 1));
        assertThat(runs.create(waitingFor(holder, true, 1))).isEqualTo(new Creation.Locked());
        committed(commit(holder, List.of(), row(holder, 1, 1), finish(StopReason.ANSWERED)));

        assertThat(runs.create(newRun(holder.key().conversation(), new Place.Append(1, null), messages(1))))
                .isEqualTo(new Creation.Locked());
        created(waitingFor(holder, false, 1));
    }

    @Test
    void whoWaitsForADeletedConversationIsGone() {
        Run holder = acquired(created(newRun(1)));
        Run waiting = created(waitingFor(holder, false, 1));

        conversations.delete(holder.key().conversation(), clock.instant());

        assertThat(runs.takeTurn(waiting, clock.instant())).isEqualTo(Turn.GONE);
        assertThat(acquire(waiting)).isEqualTo(new Acquisition.Unknown());
    }

    @Test
    void aCancelledRunKeepsThatItWasAskedTo() {
        Run run = created();
        requestCancel(run);

        assertThat(acquired(run).cancelRequested()).isTrue();
    }

    @Test
    void whoeverLostTheLeaseCommitsNothing() {
        Run sleeper = acquired(created());
        clock.advance(Duration.ofMinutes(2));
        Run holder = acquired(sleeper);

        assertThat(runs.commit(commit(sleeper, List.of(answer("Late.")), row(sleeper, 1, 1), keep())))
                .isEqualTo(new Commit.FencedOut());

        assertThat(found(sleeper.key())).isEqualTo(holder);
        assertThat(runs.ledger(sleeper.key())).isEmpty();
        assertThat(conversations
                        .find(sleeper.key().conversation())
                        .orElseThrow()
                        .nextSeq())
                .isEqualTo(1);
        committed(commit(holder, List.of(answer("One.")), row(holder, 1, 1), keep()));
    }

    @Test
    void aRequestToCancelDoesNotGiveALostLeaseBack() {
        Run sleeper = acquired(created());
        clock.advance(Duration.ofMinutes(2));
        acquired(sleeper);
        requestCancel(sleeper);

        assertThat(runs.commit(commit(sleeper, List.of(), row(sleeper, 1, 1), keep())))
                .isEqualTo(new Commit.FencedOut());
        assertThat(runs.commit(commit(sleeper, List.of(), row(sleeper, 1, 1), finish(StopReason.CANCELLED))))
                .isEqualTo(new Commit.FencedOut());
    }

    @Test
    void anEndedRunTakesNoCommit() {
        Run run = acquired(created());
        Run end = committed(commit(run, List.of(), row(run, 1, 1), finish(StopReason.ANSWERED)));
        clock.advance(Duration.ofSeconds(1));

        assertThat(runs.commit(commit(run, List.of(answer("More.")), null, keep())))
                .isEqualTo(new Commit.FencedOut());
        assertThat(runs.commit(commit(end, List.of(answer("More.")), null, keep())))
                .isEqualTo(new Commit.FencedOut());
        assertThat(found(run.key())).isEqualTo(end);
    }

    @Test
    void theSameCommitAgainIsTheSameCommit() {
        Run run = acquired(created());
        StepCommit commit = commit(run, List.of(answer("One.")), row(run, 10, 4), keep());

        Run once = committed(commit);
        Run twice = committed(commit);

        assertThat(twice).isEqualTo(once).isEqualTo(found(run.key()));
        assertThat(conversations
                        .find(run.key().conversation())
                        .orElseThrow()
                        .totals()
                        .inputTokens())
                .isEqualTo(10);
        assertThat(runs.ledger(run.key())).hasSize(1);
    }

    @Test
    void ofManyWhoCommitOneStepOneWins() throws Exception {
        Run run = acquired(created());
        List<Callable<Commit>> commits = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            StepCommit commit = new StepCommit(
                    run,
                    true,
                    List.of(message("Answer " + i)),
                    row(run, 10, 4),
                    -1,
                    new After.Release(),
                    clock.instant().plusMillis(i));
            commits.add(() -> runs.commit(commit));
        }

        assertThat(atOnce(commits))
                .filteredOn(Commit.Committed.class::isInstance)
                .hasSize(1);
        assertThat(conversations.find(run.key().conversation()).orElseThrow().nextSeq())
                .isEqualTo(2);
        assertThat(runs.ledger(run.key())).hasSize(1);
    }

    @Test
    @DisplayName("Row 39: an item beyond the size of a row is committed with its step")
    void anItemBeyondTheSizeOfARowIsCommittedWithItsStep() {
        Run run = acquired(created());
        List<Item> items = List.of(message(noise(2_000_000)), message("Behind it."), message(noise(1_000_000)));

        Run after = committed(commit(run, items, row(run, 10, 5), keep()));

        assertThat(stored(run.key().conversation(), after.endSeq()).stream()
                        .skip(1)
                        .map(StoredItem::item))
                .containsExactlyElementsOf(items);
        assertThat(runs.ledger(run.key())).hasSize(1);
    }

    @Test
    @DisplayName("Row 39: whoever lost the lease leaves no part of a large item behind")
    void whoeverLostTheLeaseLeavesNoPartOfALargeItem() {
        Run sleeper = acquired(created());
        clock.advance(Duration.ofMinutes(2));
        Run holder = acquired(sleeper);
        Item large = message(noise(1_500_000));
        Item small = message("Small.");

        assertThat(runs.commit(commit(sleeper, List.of(large), null, keep()))).isEqualTo(new Commit.FencedOut());
        Run after = committed(commit(holder, List.of(small), null, keep()));

        assertThat(stored(sleeper.key().conversation(), after.endSeq()))
                .extracting(StoredItem::item)
                .endsWith(small)
                .hasSize(2);
    }

    @Test
    @DisplayName("Row 39: what no transaction holds is refused and nothing of it written")
    void whatNoTransactionHoldsIsRefusedAndNothingWritten() {
        Run run = acquired(created());
        Item packsBadly = message(noise(4_800_000));
        Item packsWell = message("x".repeat(9_000_000));
        List<Item> together = List.of(message(noise(2_500_000)), message(noise(2_500_001)));

        assertThat(List.of(List.of(packsBadly), List.of(packsWell), together))
                .allSatisfy(items -> assertThatThrownBy(() -> runs.commit(commit(run, items, null, keep())))
                        .isInstanceOf(ItemTooLargeException.class));

        assertThat(found(run.key())).isEqualTo(run);
        assertThat(stored(run.key().conversation(), 10)).hasSize(1);
    }

    @Test
    @DisplayName("Row 39: what begins a conversation may be larger than a transaction")
    void whatBeginsAConversationMayBeLargerThanATransaction() {
        List<Item> input = new ArrayList<>(messages(100));
        input.addAll(List.of(message(noise(2_500_000)), message(noise(2_500_001)), message("Last.")));

        Run run = created(newRun(conversation(), new Place.NewConversation(null), input));

        assertThat(stored(run.key().conversation(), run.endSeq()))
                .extracting(StoredItem::item)
                .containsExactlyElementsOf(input);
    }

    @Test
    @DisplayName("Row 39: what goes on in a conversation is one transaction, or refused")
    void whatGoesOnInAConversationIsOneTransactionOrRefused() {
        Run before = ended(newRun(1));
        ConversationKey key = before.key().conversation();
        List<Item> input = List.of(message(noise(2_500_000)), message(noise(2_500_001)));

        assertThatThrownBy(() -> runs.create(newRun(key, new Place.Append(before.endSeq(), null), input)))
                .isInstanceOf(ItemTooLargeException.class);

        assertThat(conversations.find(key).orElseThrow().activeRun()).isNull();
        Run next = created(newRun(key, new Place.Append(before.endSeq(), null), input.subList(0, 1)));
        assertThat(stored(key, next.endSeq())).extracting(StoredItem::item).endsWith(input.getFirst());
    }

    // Approvals.

    @Test
    void anApprovalIsUsedByOneRunHoweverOftenItTries() {
        Run run = acquired(created());
        Run other = acquired(created());
        String request = ids.item("mcpr", run.key().conversation().id(), 7);

        assertThat(runs.useApproval(run, request)).isTrue();
        assertThat(runs.useApproval(run, request)).isTrue();
        assertThat(runs.useApproval(other, request)).isFalse();
        assertThat(runs.useApproval(
                        other, ids.item("mcpr", run.key().conversation().id(), 7)))
                .isTrue();
    }

    // Renew, release, resend, abandon.

    @Test
    void aHolderCanProlongItsLease() {
        Run run = acquired(created());

        assertThat(runs.renew(run, NOON.plusSeconds(300))).isTrue();

        clock.advance(Duration.ofSeconds(200));
        assertThat(acquire(run)).isEqualTo(new Acquisition.Held(NOON.plusSeconds(300)));
        committed(commit(run, List.of(answer("One.")), row(run, 1, 1), keep()));
    }

    @Test
    void aLeaseThatHasPassedOnIsNotProlonged() {
        Run sleeper = acquired(created());
        clock.advance(Duration.ofMinutes(2));
        Run holder = acquired(sleeper);

        assertThat(runs.renew(sleeper, NOON.plusSeconds(900))).isFalse();

        assertThat(found(sleeper.key())).isEqualTo(holder);
    }

    @Test
    void theLeaseOfAnEndedRunIsNotProlonged() {
        Run run = acquired(created());
        committed(new StepCommit(run, false, List.of(), null, -1, finish(StopReason.DEADLINE), clock.instant()));

        assertThat(runs.renew(run, NOON.plusSeconds(900))).isFalse();
    }

    @Test
    void releasingGivesTheLeaseBackAndCountsTheAttempt() {
        Run run = acquired(created());

        runs.release(run, NOON.plusSeconds(90));

        Run free = found(run.key());
        assertThat(free.leaseUntil()).isEqualTo(Instant.EPOCH);
        assertThat(free.changedAt()).isEqualTo(NOON.plusSeconds(90));
        assertThat(runs.acquire(run.key(), run.step(), NOON.plusSeconds(89), NOON.plusSeconds(200), "other"))
                .isEqualTo(new Acquisition.Held(NOON.plusSeconds(90)));
        clock.advance(Duration.ofSeconds(90));
        assertThat(acquired(free).attempts()).isEqualTo(2);
    }

    @Test
    void releasingDoesNothingToTheNextHolder() {
        Run sleeper = acquired(created());
        clock.advance(Duration.ofMinutes(2));
        Run holder = acquired(sleeper);

        runs.release(sleeper, clock.instant());

        assertThat(found(sleeper.key())).isEqualTo(holder);
    }

    @Test
    void resendingIsNotedOnce() {
        Run run = created();
        clock.advance(Duration.ofMinutes(1));

        assertThat(runs.resend(run, clock.instant())).isTrue();
        assertThat(runs.resend(run, clock.instant())).isFalse();
        assertThat(found(run.key()).changedAt()).isEqualTo(clock.instant());
    }

    @Test
    void howOftenARunWasResentIsCountedUntilSomebodyTakesIt() {
        Run run = created();
        for (int times = 1; times <= 3; times++) {
            clock.advance(Duration.ofMinutes(1));
            assertThat(runs.resend(found(run.key()), clock.instant())).isTrue();
            assertThat(found(run.key()).resends()).isEqualTo(times);
        }

        Run taken = acquired(run);

        assertThat(taken.resends()).isZero();
        assertThat(found(run.key())).isEqualTo(taken);
    }

    @Test
    void aWaitingRunIsLookedAtAgainWhenThatIsDueAndByOneWhoAsks() {
        Run holder = created();
        Run waiting = created(waitingFor(holder, false, 1));
        assertThat(runs.resend(waiting, clock.instant())).isTrue();
        Run resent = found(waiting.key());

        assertThat(runs.lookAgain(resent, NOON.plusSeconds(30))).isTrue();
        assertThat(runs.lookAgain(resent, NOON.plusSeconds(60))).isFalse();

        assertThat(found(waiting.key()).changedAt()).isEqualTo(NOON.plusSeconds(30));
        assertThat(found(waiting.key()).resends()).isZero();
    }

    @Test
    void aRunThatDoesNotWaitIsNotLookedAtAgain() {
        Run run = created();

        assertThat(runs.lookAgain(run, NOON.plusSeconds(30))).isFalse();
        assertThat(found(run.key())).isEqualTo(run);
    }

    @Test
    void aRunThatHasMovedIsNotResent() {
        Run run = created();
        acquired(run);

        assertThat(runs.resend(run, clock.instant())).isFalse();
    }

    @Test
    void anEndedRunIsNotResent() {
        Run run = ended(newRun(1), answer("One."));

        assertThat(runs.resend(run, clock.instant())).isFalse();
        assertThat(found(run.key())).isEqualTo(run);
    }

    @Test
    void anAttemptIsAbandonedOnce() {
        Run run = acquired(created());
        LedgerRow first = row(run, LedgerRow.State.ABANDONED, Usage.reported(10, 0, 0, 0), 5L);

        runs.abandon(run.key(), first);
        runs.abandon(run.key(), row(run, LedgerRow.State.ABANDONED, Usage.reported(99, 0, 0, 0), 5L));

        assertThat(runs.ledger(run.key())).containsExactly(first);
        assertThat(found(run.key()).spent()).isEqualTo(Totals.ZERO);
    }

    @Test
    void theLedgerOfARunIsItsOwnAndInOrder() {
        NewRun first = newRun(1);
        Run run = ended(first, answer("One."));
        Run other = acquired(created(newRun(run.key().conversation(), new Place.Append(2, null), messages(1))));
        for (int i = 0; i < 2; i++) {
            runs.abandon(other.key(), row(other, LedgerRow.State.ABANDONED, Usage.NONE, 0L));
            clock.advance(Duration.ofMinutes(2));
            other = acquired(other);
        }
        committed(commit(other, List.of(), row(other, 1, 1), finish(StopReason.ANSWERED)));

        assertThat(runs.ledger(run.key())).hasSize(1);
        assertThat(runs.ledger(other.key())).extracting(LedgerRow::fence).containsExactly(1L, 2L, 3L);
    }

    // Tool calls.

    @Test
    void anIntentIsWrittenOnceAndKnownToTheNextAttempt() {
        Run run = acquired(created());
        var intent = new ToolRecord(0, "pay", key, null);

        assertThat(runs.intend(run, intent)).isTrue();
        clock.advance(Duration.ofMinutes(2));
        Run next = acquired(run);

        assertThat(runs.toolRecords(next)).isEqualTo(Map.of(0, intent));
        assertThat(runs.intend(next, intent)).isFalse();
    }

    @Test
    void nothingIsIntendedWithoutTheLease() {
        Run sleeper = acquired(created());
        clock.advance(Duration.ofMinutes(2));
        acquired(sleeper);

        assertThat(runs.intend(sleeper, new ToolRecord(0, "pay", key, null))).isFalse();
        assertThat(runs.toolRecords(sleeper)).isEmpty();
    }

    @Test
    void nothingIsIntendedOnceARunIsToBeCancelled() {
        Run run = acquired(created());
        requestCancel(run);

        assertThat(runs.intend(run, new ToolRecord(0, "pay", key, null))).isFalse();
        assertThat(runs.toolRecords(run)).isEmpty();
    }

    @Test
    void theFirstResultOfACallStays() {
        Run run = acquired(created());
        var done = new ToolRecord(1, "look", key, result("call_1"));

        runs.saveToolResult(run, done);
        runs.saveToolResult(
                run,
                new ToolRecord(
                        1,
                        "look",
                        key,
                        new Item.ToolResult("fco_2", "call_1", "Other.", Outcome.DONE, Executor.SERVER)));

        assertThat(runs.toolRecords(run)).isEqualTo(Map.of(1, done));
    }

    @Test
    void aResultTakesThePlaceOfItsIntent() {
        Run run = acquired(created());
        var done = new ToolRecord(0, "pay", key, result("call_1"));
        runs.intend(run, new ToolRecord(0, "pay", key, null));

        runs.saveToolResult(run, done);

        assertThat(runs.toolRecords(run)).isEqualTo(Map.of(0, done));
    }

    @Test
    void toolCallsBelongToTheirStep() {
        Run run = acquired(created());
        runs.saveToolResult(run, new ToolRecord(0, "look", key, result("call_1")));
        Run next = committed(commit(run, List.of(result("call_1")), null, keep()));

        assertThat(runs.toolRecords(next)).isEmpty();
    }

    @Test
    void aLongToolResultIsKeptWhole() {
        Run run = acquired(created());
        var done = new ToolRecord(
                0,
                "look",
                key,
                new Item.ToolResult("fco_1", "call_1", "long ".repeat(20_000), Outcome.FAILED, Executor.SERVER));

        runs.saveToolResult(run, done);

        assertThat(runs.toolRecords(run)).isEqualTo(Map.of(0, done));
    }

    @Test
    void theLargestResultThatAToolMayGiveIsKeptWhole() {
        String three = new Random(1)
                .ints(101_000, 0x0800, 0xd800)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        Run run = acquired(created());
        var done = new ToolRecord(
                0, "look", key, new Item.ToolResult("fco_1", "call_1", three, Outcome.DONE, Executor.SERVER));

        runs.saveToolResult(run, done);

        assertThat(runs.toolRecords(run)).isEqualTo(Map.of(0, done));
    }

    // The index and the rest.

    @Test
    void theIndexHoldsARunFromItsCreationToItsEnd() {
        Run queued = created();
        Run running = acquired(created());
        Run ended = ended(newRun(1), answer("One."));

        assertThat(active()).containsExactlyInAnyOrder(queued.key(), running.key());
        assertThat(active()).doesNotContain(ended.key());
    }

    @Test
    void theIndexGivesAllOfAShardTheOldestFirst() {
        List<RunKey> inOrder = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            inOrder.add(created().key());
            clock.advance(Duration.ofSeconds(1));
        }

        List<RunKey> seen = new ArrayList<>();
        for (int shard = 0; shard < RunStore.ACTIVE_SHARDS; shard++) {
            List<RunKey> all = runs.active(shard).toList();
            assertThat(all).isSortedAccordingTo(Comparator.comparingInt(inOrder::indexOf));
            seen.addAll(all);
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(inOrder);
    }

    @Test
    void aReplyIsMarkedAsSent() {
        NewRun plain = newRun(1);
        var run = new NewRun(
                plain.key(),
                plain.request(),
                plain.payer(),
                plain.limits(),
                plain.place(),
                plain.input(),
                null,
                null,
                new Reply("", false, false),
                plain.createdAt(),
                plain.expiresAt());
        Run before = created(run);
        Run other = created();

        runs.replySent(run.key());
        runs.replySent(run.key());
        runs.replySent(other.key());

        assertThat(found(run.key()))
                .usingRecursiveComparison()
                .ignoringFields("reply")
                .isEqualTo(before);
        assertThat(found(run.key()).reply()).isEqualTo(new Reply("", false, true));
        assertThat(found(other.key())).isEqualTo(other);
    }

    @Test
    void anExpiredRunIsGone() {
        Run run = created();

        clock.advance(TIME_TO_LIVE);

        assertThat(runs.find(run.key())).isEmpty();
        assertThat(acquire(run)).isEqualTo(new Acquisition.Unknown());
    }

    // What the tests say.

    @Test
    @DisplayName("Row 6: whoever does not wait is let in once all who waited have ended")
    void whoeverDoesNotWaitIsLetInOnceAllWhoWaitedHaveEnded() {
        Run holder = acquired(created());
        ConversationKey key = holder.key().conversation();
        Run one = created(newRun(key, new Place.Waiting(false, null), messages(1)));
        Run two = created(newRun(key, new Place.Waiting(false, null), messages(1)));
        committed(commit(holder, List.of(), null, finish(StopReason.DEADLINE)));

        runs.endWaiting(one, StopReason.CANCELLED, clock.instant());
        assertThat(runs.create(newRun(key, new Place.Append(1, null), messages(1))))
                .isEqualTo(new Creation.Locked());
        runs.endWaiting(two, StopReason.CANCELLED, clock.instant());

        created(newRun(key, new Place.Append(1, null), messages(1)));
    }

    protected final Set<RunKey> active() {
        Set<RunKey> all = new HashSet<>();
        for (int shard = 0; shard < RunStore.ACTIVE_SHARDS; shard++) {
            runs.active(shard).forEach(all::add);
        }
        return all;
    }

    protected final NewRun keyed(String key, String request) {
        return newRun(
                conversation(),
                new Place.NewConversation(null),
                messages(1),
                null,
                new NewRun.Idempotency(key, request));
    }

    protected static Item answer(String text) {
        return Item.Message.text("msg_answer", Role.ASSISTANT, text);
    }

    protected static Item.ToolCall call(String callId) {
        return new Item.ToolCall("fc_" + callId, callId, "look", "{\"at\": 1}", Item.Executor.SERVER);
    }

    protected static Item.ToolResult result(String callId) {
        return new Item.ToolResult("fco_" + callId, callId, "Seen.", Outcome.DONE, Executor.SERVER);
    }

    private List<StoredItem> stored(ConversationKey key, long end) {
        return conversations.range(key, 0, end);
    }

    protected static <T> List<T> atOnce(List<Callable<T>> calls) throws Exception {
        List<T> results = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<T> each : threads.invokeAll(calls)) {
                results.add(Objects.requireNonNull(each.get()));
            }
        }
        return results;
    }
}
