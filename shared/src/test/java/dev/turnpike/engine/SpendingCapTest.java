package dev.turnpike.engine;

import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.fails;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Cap.Period;
import dev.turnpike.access.Cap.Scope;
import dev.turnpike.admission.Admission;
import dev.turnpike.budget.Account;
import dev.turnpike.budget.Hold;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.fake.Workbench;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunError;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StopReason;
import dev.turnpike.tokens.Usage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// gpt-4o-mini costs 0.15 USD a million tokens of input and 0.60 of output; a call here uses 100 and 20 of them, which
/// is 27 micro-USD, and may use 1,000 of output.
class SpendingCapTest {
    private static final String HELLO = "{\"input\": \"Hello\"}";
    private static final String IN_BACKGROUND = "{\"input\": \"Hello\", \"background\": true}";
    private static final Account KEY = new Account(Workbench.TENANT, Scope.KEY, "key1");
    private static final Account TENANT = new Account(Workbench.TENANT, Scope.TENANT, "");

    private final CountedTool look = CountedTool.readOnly("look");
    private final Workbench bench = new Workbench(look);

    @AfterEach
    void theInvariantsHold() {
        Invariants.check(bench.store);
        Invariants.checkAccounts(bench.store, bench.accounts, bench.clock.instant());
    }

    private Amount used(Account account) {
        return bench.accounts.balance(account, bench.clock.instant()).in(Period.TOTAL);
    }

    // The plain way.

    @Test
    void aRunWithoutCapsAsksNoAccount() {
        bench.call(HELLO);

        assertThat(bench.accounts.accounts()).isEmpty();
        assertThat(bench.calls.count("hold")).isZero();
    }

    @Test
    void whatACallMayCostIsHeldWhileItIsMadeAndSettledAfterwards() {
        bench.caps("key/day=1usd", "tenant/month=5usd");
        bench.model.plays(says("Done.").meanwhile(() -> {
            assertThat(used(KEY).micros()).isGreaterThanOrEqualTo(600);
            assertThat(bench.accounts.held(TENANT)).hasSize(1);
        }));

        bench.call(HELLO);

        assertThat(bench.only().status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(used(KEY)).isEqualTo(new Amount(27, 120));
        assertThat(used(TENANT)).isEqualTo(new Amount(27, 120));
        assertThat(bench.accounts.held(KEY)).isEmpty();
    }

    @Test
    void aRunEndsBeforeTheCallThatDoesNotFit() {
        String request = "{\"input\": \"Hello\", \"max_output_tokens\": 256}";
        long held = heldFor(request);
        bench.caps("tenant=" + BigDecimal.valueOf(27 + held + 20, 6) + "usd");
        bench.model.plays(calls("look"), says("Done."));

        bench.call(request);

        Run run = bench.store.runs().stream()
                .filter(each -> each.stopReason() == StopReason.SPENDING_CAP)
                .findFirst()
                .orElseThrow();
        assertThat(run.stopReason()).isEqualTo(StopReason.SPENDING_CAP);
        assertThat(run.status()).isEqualTo(RunStatus.INCOMPLETE);
        assertThat(bench.model.requests()).hasSize(2);
        assertThat(bench.results(run)).hasSize(1);
        assertThat(used(TENANT).micros()).isEqualTo(2 * 27);
    }

    /// Micro-USD that are held for a call; 27 of them are used then.
    private long heldFor(String request) {
        bench.caps("tenant=1usd");
        AtomicLong held = new AtomicLong();
        bench.model.plays(says("Done.")
                .meanwhile(() ->
                        held.set(bench.accounts.held(TENANT).getFirst().amount().micros())));
        bench.call(request);
        return held.get();
    }

    @Test
    void outputIsLimitedToWhatFitsBeforeARunIsRefused() {
        bench.caps("tenant=0.000500usd");
        bench.model.plays(says("As far as it goes").ending(FinishReason.LENGTH));

        bench.call(HELLO);

        int limit = bench.model.requests().getFirst().maxOutputTokens();
        assertThat(limit).isBetween(600, 833);
        assertThat(bench.only().stopReason()).isEqualTo(StopReason.SPENDING_CAP);
    }

    @Test
    void anAnswerThatEndsByItselfUnderALoweredLimitIsWhole() {
        bench.caps("tenant=0.000500usd");

        bench.call(HELLO);

        assertThat(bench.only().stopReason()).isEqualTo(StopReason.ANSWERED);
    }

    @Test
    void noCallIsMadeForLessOutputThanIsOfUse() {
        bench.caps("tenant=0.000120usd");

        bench.call(HELLO);

        assertThat(bench.only().stopReason()).isEqualTo(StopReason.SPENDING_CAP);
        assertThat(bench.model.requests()).isEmpty();
        assertThat(used(TENANT)).isEqualTo(Amount.NONE);
        assertThat(bench.events)
                .contains(new RunEvent.Warned(bench.only().key().run(), "the cap tenant=0.00012usd is met"));
    }

    @Test
    void aShortAnswerThatWasAskedForFitsWhereALongOneDoesNot() {
        bench.caps("tenant=0.000120usd");

        bench.call("{\"input\": \"Hello\", \"max_output_tokens\": 50}");

        assertThat(bench.only().stopReason()).isEqualTo(StopReason.ANSWERED);
    }

    @Test
    void theNextRequestGoesOnOnceTheCapIsRaised() {
        bench.caps("tenant=0.000120usd");
        bench.call(HELLO);
        Run stopped = bench.only();
        bench.caps("tenant=1usd");

        bench.call("{\"input\": [], \"previous_response_id\": \"%s\"}"
                .formatted(stopped.key().responseId()));

        assertThat(bench.store.runs()).extracting(Run::stopReason).contains(StopReason.ANSWERED);
    }

    @Test
    void tokensAreCappedLikeMoney() {
        bench.caps("key/day=1100tokens");

        bench.call(HELLO);
        bench.call(HELLO);

        assertThat(bench.model.requests().getLast().maxOutputTokens()).isLessThan(1_000);
        assertThat(used(KEY).tokens()).isEqualTo(240);
    }

    @Test
    void aDayBeginsWithNothingUsed() {
        bench.caps("key/day=500tokens");
        bench.call(HELLO);
        bench.call(HELLO);
        bench.call(HELLO);
        assertThat(bench.store.runs()).extracting(Run::stopReason).contains(StopReason.SPENDING_CAP);
        bench.clock.advance(Duration.ofDays(1));

        bench.call("{\"input\": \"Good morning\"}");

        assertThat(bench.store.runs())
                .filteredOn(run -> run.createdAt().equals(bench.clock.instant()))
                .extracting(Run::stopReason)
                .containsExactly(StopReason.ANSWERED);
    }

    @Test
    void everyScopeHasItsOwnAccount() {
        bench.caps("run=1usd", "conversation=1usd", "key=1usd", "user=1usd", "tenant=1usd");
        bench.model.plays(calls("look"), says("Done."));

        bench.call(HELLO);

        assertThat(bench.accounts.accounts())
                .hasSize(5)
                .allSatisfy(account -> assertThat(used(account)).isEqualTo(new Amount(54, 240)));
    }

    @Test
    void aRunsOwnCapEndsItAlone() {
        bench.caps("run=500tokens");
        bench.model.plays(calls("look"), calls("look"), calls("look"), calls("look"), says("Done."));

        bench.call("{\"input\": \"Hello\", \"max_output_tokens\": 50}");

        assertThat(bench.only().stopReason()).isEqualTo(StopReason.SPENDING_CAP);
        assertThat(bench.model.requests()).hasSizeBetween(2, 4);
    }

    // Others' holds.

    @Test
    void aBackgroundRunWaitsForWhatOthersHold() {
        bench.caps("tenant=0.000700usd");
        Hold others = holdOf(650);
        bench.accounts.hold(TENANT, others, List.of());
        Run run = bench.post(IN_BACKGROUND);

        bench.work();
        assertThat(bench.now(run).status()).isEqualTo(RunStatus.IN_PROGRESS);
        assertThat(bench.model.requests()).isEmpty();
        bench.accounts.settle(TENANT, others, Amount.NONE);
        bench.clock.advance(Duration.ofSeconds(10));
        bench.work();

        assertThat(bench.now(run).stopReason()).isEqualTo(StopReason.ANSWERED);
        assertThat(bench.now(run).attempts()).isZero();
    }

    @Test
    void aReaderWaitsALittleAndThenMakesDoWithWhatIsFree() {
        bench.caps("tenant=0.000700usd");
        Hold others = holdOf(400);
        bench.accounts.hold(TENANT, others, List.of());

        bench.call(HELLO);

        assertThat(bench.store.runs()).extracting(Run::stopReason).contains(StopReason.ANSWERED);
        assertThat(bench.model.requests().getFirst().maxOutputTokens()).isBetween(256, 500);
        bench.accounts.settle(TENANT, others, Amount.NONE);
    }

    @Test
    void aCapOfAMinuteIsWaitedForInTheBackground() {
        bench.caps("key/minute=1200tokens");
        bench.model.plays(says("At length.").using(Usage.reported(900, 0, 100, 0)), says("Done."));
        bench.call("{\"input\": \"Hello\", \"max_output_tokens\": 300}");
        Run second = bench.post("{\"input\": \"Hello\", \"background\": true, \"max_output_tokens\": 300}");

        bench.work();
        assertThat(bench.now(second).status()).isEqualTo(RunStatus.IN_PROGRESS);
        bench.clock.advance(Duration.ofSeconds(70));
        bench.work();

        assertThat(bench.now(second).stopReason()).isEqualTo(StopReason.ANSWERED);
    }

    @Test
    void whatNoMinuteAllowsIsNotWaitedFor() {
        bench.caps("key/minute=50tokens");
        Run run = bench.post(IN_BACKGROUND);

        bench.work();

        assertThat(bench.now(run).stopReason()).isEqualTo(StopReason.SPENDING_CAP);
    }

    @Test
    void whatAModelMayHaveThoughtUnseenIsInDoubtWhenItsCallIsBrokenOff() {
        bench.caps("tenant=1usd");
        bench.model.plays(says().using(Usage.estimated(100, 0))
                .meanwhile(() -> bench.clock.advance(Duration.ofSeconds(4)))
                .failing(Kind.TIMEOUT, null));

        bench.post("{\"input\": \"Hello\", \"background\": true, \"max_output_tokens\": 16000}");
        bench.work();

        assertThat(bench.store.ledger().getFirst().doubt().tokens()).isBetween(800L, 900L);
        bench.recover();
    }

    @Test
    void aCallIsHeldNoMoreOutputThanItsModelHasContext() {
        bench.caps("tenant=200000tokens");

        bench.call("{\"input\": \"Hello\", \"max_output_tokens\": 2000000000}");

        assertThat(bench.only().stopReason()).isEqualTo(StopReason.ANSWERED);
        assertThat(bench.model.requests().getFirst().maxOutputTokens()).isEqualTo(128_000);
    }

    private Hold holdOf(long micros) {
        Instant now = bench.clock.instant();
        Run run = bench.post("{\"input\": \"Never served\", \"background\": true, \"max_output_tokens\": 16}");
        bench.queue.receive();
        bench.engine.cancel(run.key(), Deadline.in(Workbench.INVOCATION, bench.clock));
        return new Hold(run.key(), 7, 9, "gpt-4o-mini", 1, new Amount(micros, 0), false, now, now.plusSeconds(900));
    }

    // Caps of the account's own.

    @Test
    void aCapThatWasLoweredCountsAtOnce() {
        bench.caps("tenant=1usd");
        bench.accounts.cap(TENANT, Cap.parse("tenant=0.000100usd"));

        bench.call(HELLO);

        assertThat(bench.only().stopReason()).isEqualTo(StopReason.SPENDING_CAP);
        assertThat(bench.model.requests()).isEmpty();
    }

    // Prices nobody knows.

    @Test
    void aModelWithoutAPriceIsRefusedWhereMoneyIsCapped() {
        bench.caps("tenant=1usd");

        bench.call("{\"input\": \"Hello\"}", "nobody-knows");

        Run run = bench.only();
        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(run.error()).isEqualTo(RunError.unpriced("nobody-knows"));
        assertThat(bench.model.requests()).isEmpty();
    }

    @Test
    void suchARequestIsNotEvenLetIn() {
        bench.caps("tenant=1usd");
        bench.priced = Workbench.PRICES::priced;

        assertThat(bench.admit("{\"input\": \"Hello\"}", "nobody-knows"))
                .isEqualTo(new Admission.ModelUnpriced("nobody-knows"));
        bench.caps("tenant=100000tokens");
        assertThat(bench.admit("{\"input\": \"Hello\"}", "nobody-knows")).isInstanceOf(Admission.Admitted.class);
        bench.model.plays(says("Done."));
        bench.recover();
    }

    @Test
    void aModelWithoutAPriceIsServedWhereTokensAreCapped() {
        bench.caps("tenant=100000tokens");

        bench.call("{\"input\": \"Hello\"}", "nobody-knows");

        assertThat(bench.only().stopReason()).isEqualTo(StopReason.ANSWERED);
        assertThat(used(TENANT)).isEqualTo(new Amount(0, 120));
    }

    // What goes wrong.

    @Test
    void anAttemptThatDiedInItsCallKeepsAllThatItHeld() {
        bench.caps("tenant=1usd");
        bench.model.plays(says("Do").dying(), says("Done."));
        bench.post(IN_BACKGROUND);

        bench.work();
        Amount held = bench.accounts.held(TENANT).getFirst().amount();
        bench.recover();

        assertThat(bench.only().stopReason()).isEqualTo(StopReason.ANSWERED);
        assertThat(used(TENANT)).isEqualTo(held.plus(new Amount(27, 120)));
        LedgerRow lost = bench.store.ledger(bench.only().key()).getFirst();
        assertThat(lost.charged()).isEqualTo(held);
        assertThat(lost.cost().micros()).isLessThan(held.micros());
    }

    @Test
    void anAttemptThatDiedBeforeItHeldAnythingCostsNothing() {
        bench.caps("tenant=1usd", "key=1usd");
        bench.post(IN_BACKGROUND);
        bench.calls.hit("hold", 2, Fault.DIES_BEFORE);

        bench.work();
        bench.recover();

        assertThat(bench.only().stopReason()).isEqualTo(StopReason.ANSWERED);
        assertThat(used(TENANT)).isEqualTo(new Amount(27, 120));
        assertThat(used(KEY)).isEqualTo(new Amount(27, 120));
    }

    @Test
    void aHoldWhoseSettlingDiedIsEndedByWhatTheLedgerSaysOnceItStandsInTheWay() {
        bench.caps("tenant=0.001000usd");
        bench.post(IN_BACKGROUND);
        bench.calls.hitNext("settle", Fault.DIES_BEFORE);
        bench.work();
        bench.recover();
        assertThat(bench.accounts.held(TENANT)).hasSize(1);
        bench.clock.advance(Duration.ofHours(1));

        bench.call(HELLO);

        assertThat(bench.store.runs()).extracting(Run::stopReason).containsOnly(StopReason.ANSWERED);
        assertThat(used(TENANT)).isEqualTo(new Amount(54, 240));
    }

    @Test
    void anAttemptThatDiedWhileItWasSettledIsChargedToAllWhoPay() {
        bench.caps("tenant=1usd", "key=1usd");
        bench.model.plays(
                says("Half an").using(Usage.estimated(100, 20)).failing(Kind.CONNECTION, null), says("Done."));
        bench.post(IN_BACKGROUND);
        bench.calls.hit("settle", 2, Fault.DIES_BEFORE);

        bench.work();
        bench.recover();

        assertThat(bench.only().stopReason()).isEqualTo(StopReason.ANSWERED);
        assertThat(used(KEY).tokens()).isEqualTo(100 + 12 + 20 + 2 + 64 + 120);
        assertThat(used(TENANT)).isEqualTo(used(KEY));
    }

    @Test
    void aHoldOfARunThatNobodyTakesUpBecomesAnEstimateOnceItStandsInTheWay() {
        bench.caps("tenant=0.001200usd");
        bench.model.plays(says("Do").dying(), says("Done."));
        Run run = bench.post(IN_BACKGROUND);
        bench.work();
        Amount held = bench.accounts.held(TENANT).getFirst().amount();
        bench.clock.advance(Duration.ofHours(1));

        bench.call(HELLO);

        assertThat(bench.accounts.held(TENANT)).isEmpty();
        assertThat(bench.store.ledger(run.key())).hasSize(1).allSatisfy(row -> {
            assertThat(row.usage().estimated()).isTrue();
            assertThat(row.charged()).isEqualTo(held);
        });
        bench.recover();
    }

    @Test
    void aCallThatNobodyPaidForGivesBackWhatItHeld() {
        bench.caps("tenant=1usd");
        bench.model.plays(fails(Kind.AUTHENTICATION));

        bench.call(HELLO);

        assertThat(bench.only().status()).isEqualTo(RunStatus.FAILED);
        assertThat(used(TENANT)).isEqualTo(Amount.NONE);
    }

    @Test
    void anAnswerThatWasCutIsChargedItsEstimateAndAMargin() {
        bench.caps("tenant=1usd");
        bench.model.plays(Script.says("Half an").using(Usage.estimated(100, 20)).failing(Kind.CONNECTION, null));

        bench.call(HELLO);

        assertThat(used(TENANT).tokens()).isEqualTo(100 + 12 + 20 + 2 + 64);
    }

    // Warnings.

    @Test
    void aWarningIsGivenOnceAtEachPercentage() {
        bench.caps("tenant=25000tokens");

        for (int i = 0; i < 200; i++) {
            bench.call("{\"input\": \"Hello\", \"max_output_tokens\": 20}");
        }

        assertThat(bench.events)
                .filteredOn(RunEvent.Warned.class::isInstance)
                .extracting(event -> ((RunEvent.Warned) event).warning())
                .containsExactly(
                        "the cap tenant=25000tokens of tenant-1 is used by 80 %",
                        "the cap tenant=25000tokens of tenant-1 is used by 95 %");
    }
}
