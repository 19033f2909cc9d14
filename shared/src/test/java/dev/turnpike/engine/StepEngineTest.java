package dev.turnpike.engine;

import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.fails;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.Item;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.PortCalls.ProcessDied;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.fake.Workbench;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.ledger.LedgerRow.State;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunError;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StepMessage;
import dev.turnpike.run.StopReason;
import dev.turnpike.tokens.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StepEngineTest {
    private static final String HELLO = "{\"input\": \"Hello\"}";
    private static final String IN_BACKGROUND = "{\"input\": \"Hello\", \"background\": true}";

    private final CountedTool look = CountedTool.readOnly("look");
    private final CountedTool mail = CountedTool.repeatable("mail");
    private final Workbench bench = new Workbench(look, mail);

    @AfterEach
    void theInvariantsHold() {
        Invariants.check(bench.store);
    }

    // The plain way.

    @Test
    void aRunEndsWithTheModelsAnswer() {
        bench.model.plays(says("Good ", "day."));

        Outcome outcome = bench.call(HELLO);

        Run run = bench.only();
        assertThat(outcome).isEqualTo(new Outcome.Ended(run));
        assertThat(run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(run.stopReason()).isEqualTo(StopReason.ANSWERED);
        assertThat(bench.said(run)).isEqualTo("Good day.");
        assertThat(run.spent().inputTokens()).isEqualTo(100);
        assertThat(run.spent().outputTokens()).isEqualTo(20);
        assertThat(run.spent().costMicros()).isEqualTo(27);
        assertThat(bench.queue.sent()).isEmpty();
    }

    @Test
    void toolCallsRunBetweenTwoModelCalls() {
        bench.model.plays(calls("look", "mail"), says("Done."));

        bench.call(HELLO);

        Run run = bench.only();
        assertThat(run.step()).isEqualTo(3);
        assertThat(bench.items(run))
                .extracting(item -> item.getClass().getSimpleName())
                .containsExactly("Message", "ToolCall", "ToolCall", "ToolResult", "ToolResult", "Message");
        assertThat(bench.model.requests().getLast().items()).hasSize(5);
        assertThat(bench.store.ledger(run.key())).extracting(LedgerRow::step).containsExactly(0, 2);
    }

    @Test
    void watchersAreToldInOrder() {
        bench.model.plays(calls("look"), says("Done."));

        bench.call(HELLO);

        assertThat(bench.events)
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly(
                        "Taken",
                        "ItemOpened",
                        "ArgumentsDelta",
                        "ItemClosed",
                        "Settled",
                        "ToolStarted",
                        "ToolFinished",
                        "ItemOpened",
                        "TextDelta",
                        "ItemClosed",
                        "Settled",
                        "Ended");
    }

    @Test
    void whatWasShownIsWhatIsStored() {
        bench.model.plays(calls("look"), says("One ", "two."));

        bench.call(HELLO);

        List<Item> shown = new ArrayList<>();
        for (RunEvent event : bench.events) {
            if (event instanceof RunEvent.ItemClosed(Item item)) {
                shown.add(item);
            } else if (event instanceof RunEvent.ToolFinished(Item.ToolCall _, Item.ToolResult result)) {
                shown.add(result);
            }
        }
        assertThat(bench.items(bench.only()).subList(1, 4)).isEqualTo(shown);
    }

    @Test
    void theCallersToolsEndTheRunAndItsAnswersBeginTheNext() {
        bench.model.plays(calls("locate"), says("You are here."));
        String tools = "\"tools\": [{\"type\": \"function\", \"name\": \"locate\"}]";
        bench.call("{\"input\": \"Where am I?\", " + tools + "}");
        Run first = bench.only();

        bench.call("{\"previous_response_id\": \"%s\", %s, \"input\": [%s]}"
                .formatted(
                        first.key().responseId(),
                        tools,
                        "{\"type\": \"function_call_output\", \"call_id\": \"call_0\", \"output\": \"Home\"}"));

        assertThat(first.stopReason()).isEqualTo(StopReason.CLIENT_TOOLS);
        assertThat(first.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.model.requests().getLast().items()).hasSize(3);
        assertThat(bench.items(first)).hasSize(4);
        assertThat(bench.said(first)).isEqualTo("You are here.");
    }

    @Test
    void ourToolsRunBeforeTheCallersAreAskedFor() {
        bench.model.plays(calls("look", "locate"));

        bench.call("{\"input\": \"Hi\", \"tools\": [{\"type\": \"function\", \"name\": \"locate\"}]}");

        assertThat(look.starts()).hasSize(1);
        assertThat(bench.only().stopReason()).isEqualTo(StopReason.CLIENT_TOOLS);
        assertThat(bench.model.requests()).hasSize(1);
    }

    @Test
    void aConversationGoesOnWithAllThatWasSaid() {
        bench.model.plays(says("One."), says("Two."));
        bench.call(HELLO);
        bench.call("{\"input\": \"And?\", \"previous_response_id\": \"%s\"}"
                .formatted(bench.only().key().responseId()));

        assertThat(bench.model.requests().getLast().items())
                .extracting(item -> ((Item.Message) item).text())
                .containsExactly("Hello", "One.", "And?");
    }

    @Test
    void aForkSeesTheHistoryOfItsParentUpToTheFork() {
        bench.model.plays(says("One."), says("Two."), says("Other two."));
        bench.call(HELLO);
        Run first = bench.only();
        String after =
                "{\"input\": \"%s\", \"previous_response_id\": \"" + first.key().responseId() + "\"}";
        bench.call(after.formatted("And?"));

        bench.call(after.formatted("Or?"));

        assertThat(bench.model.requests().getLast().items())
                .extracting(item -> ((Item.Message) item).text())
                .containsExactly("Hello", "One.", "Or?");
        assertThat(bench.items(first)).hasSize(4);
    }

    @Test
    void aCutAnswerIsMarkedAndItsCallsDoNotRun() {
        bench.model.plays(calls("look").ending(FinishReason.LENGTH));

        bench.call(HELLO);

        Run run = bench.only();
        assertThat(run.status()).isEqualTo(RunStatus.INCOMPLETE);
        assertThat(run.stopReason()).isEqualTo(StopReason.MAX_OUTPUT_TOKENS);
        assertThat(look.starts()).isEmpty();
        assertThat(bench.results(run)).hasSize(1);
    }

    // The queue.

    @Test
    @DisplayName("Row 9: a message delivered five times brings one commit, one ledger row, one model call")
    void row9() {
        Run run = bench.post(HELLO);
        for (int i = 0; i < 4; i++) {
            bench.queue.putBack(run.message(), bench.clock.instant());
        }

        bench.work();

        assertThat(bench.model.requests()).hasSize(1);
        assertThat(bench.store.ledger(run.key())).hasSize(1);
        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.items(run)).hasSize(2);
    }

    @Test
    @DisplayName("Row 9: a message delivered while its step is at work comes again when the lease is over")
    void row9WhileHeld() {
        List<Outcome> second = new ArrayList<>();
        Run run = bench.post(HELLO);
        bench.model.plays(says("Hi.").meanwhile(() -> second.add(bench.deliver(run.message()))));

        bench.work();

        assertThat(second)
                .containsExactly(new Outcome.NotNow(bench.clock.instant().plusSeconds(100)));
        assertThat(bench.model.requests()).hasSize(1);
    }

    @Test
    @DisplayName("Row 10: messages for steps in any order end in the same state")
    void row10() {
        bench.model.plays(calls("look"), says("Done."));
        Run run = bench.post(HELLO);
        List<StepMessage> shuffled = new ArrayList<>(IntStream.range(0, 5)
                .mapToObj(step -> new StepMessage(run.key(), step))
                .toList());
        Collections.shuffle(shuffled, new Random(3));

        shuffled.forEach(bench::deliver);
        String end = bench.store.snapshot();
        shuffled.reversed().forEach(bench::deliver);

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.now(run).step()).isEqualTo(3);
        assertThat(bench.store.snapshot()).isEqualTo(end);
        assertThat(bench.model.requests()).hasSize(2);
    }

    @Test
    @DisplayName("Row 11: a message for an unknown, deleted or finished run is acknowledged and changes nothing")
    void row11() {
        Run finished = bench.post(HELLO);
        bench.work();
        Run deleted = bench.post(HELLO);
        bench.store.delete(deleted.key().conversation(), bench.clock.instant());
        var unknown = new RunKey(new ConversationKey(Workbench.TENANT, bench.ids.next()), bench.ids.next());
        String before = bench.store.snapshot();

        assertThat(bench.deliver(new StepMessage(unknown, 0))).isInstanceOf(Outcome.Ignored.class);
        assertThat(bench.deliver(deleted.message())).isInstanceOf(Outcome.Ignored.class);
        assertThat(bench.deliver(finished.message())).isEqualTo(new Outcome.Ended(bench.now(finished)));

        assertThat(bench.store.snapshot()).isEqualTo(before);
        assertThat(bench.model.requests()).hasSize(1);
    }

    // Crashes.

    @Test
    @DisplayName("Row 12: a crash after the model's answer and before its commit is shown as abandoned")
    void row12() {
        bench.model.plays(says("Lost.").dying(), says("Kept."));
        Run run = bench.post(HELLO);

        bench.work();
        bench.recover();

        assertThat(bench.said(run)).isEqualTo("Kept.");
        assertThat(bench.store.ledger(run.key()))
                .extracting(LedgerRow::state)
                .containsExactly(State.ABANDONED, State.SETTLED);
        assertThat(bench.store.ledger(run.key()).getFirst().usage()).isEqualTo(Usage.estimated(100, 0));
        assertThat(bench.now(run).spent().inputTokens()).isEqualTo(100);
    }

    @Test
    @DisplayName("Row 12: lost attempts are shown as abandoned though the run then fails without using anything")
    void row12ThenFailure() {
        bench.model.plays(says("Lost.").dying(), fails(Kind.AUTHENTICATION));
        Run run = bench.post(HELLO);

        bench.work();
        bench.recover();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.FAILED);
        assertThat(abandonedFences(run)).containsExactly(1L);
        assertThat(bench.store.ledger(run.key()).getFirst().usage())
                .matches(Usage::estimated)
                .matches(usage -> usage.inputTokens() > 0);
    }

    @Test
    @DisplayName("Row 12: lost attempts are shown as abandoned though the run is then cancelled")
    void row12ThenCancelled() {
        bench.model.plays(says("Lost.").dying());
        Run run = bench.post(HELLO);

        bench.work();
        bench.store.requestCancel(run.key());
        bench.recover();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(abandonedFences(run)).containsExactly(1L);
    }

    @Test
    @DisplayName("Row 12: when a step's attempts are exhausted, all of them are shown as abandoned")
    void row12ThenExhausted() {
        bench.model.plays(says("Never.").dying());
        Run run = bench.post(HELLO);

        bench.work();
        bench.recover();

        assertThat(bench.now(run).error()).isEqualTo(RunError.STEP_ATTEMPTS_EXHAUSTED);
        assertThat(abandonedFences(run)).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    private List<Long> abandonedFences(Run run) {
        return bench.store.ledger(run.key()).stream()
                .filter(row -> row.state() == State.ABANDONED)
                .map(LedgerRow::fence)
                .toList();
    }

    @Test
    @DisplayName("Row 13: after a crash between a commit and the sending of the next message, the run goes on")
    void row13() {
        bench.model.plays(slowly(calls("look")), says("Done."));
        Run run = bench.post(HELLO);
        bench.calls.hitNext("send", Fault.DIES_BEFORE);

        bench.work();
        Instant crash = bench.clock.instant();
        assertThat(bench.now(run).step()).isEqualTo(2);
        bench.recover();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.clock.instant()).isBeforeOrEqualTo(crash.plus(Duration.ofMinutes(2)));
        assertThat(bench.model.requests()).hasSize(2);
    }

    @Test
    @DisplayName("Row 14: a commit whose answer was lost counts once")
    void row14() {
        bench.model.plays(calls("look"), says("Done."));
        Run run = bench.post(HELLO);
        bench.calls.hitNext("commit", Fault.ANSWER_LOST);

        bench.work();
        bench.recover();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.model.requests()).hasSize(2);
        assertThat(bench.store.ledger(run.key())).extracting(LedgerRow::step).containsExactly(0, 2);
    }

    @Test
    @DisplayName("Row 15: when the api function dies in the middle of a stream, the reaper brings the run to its end")
    void row15() {
        bench.model.plays(says("Half").dying(), says("Whole."));

        assertThatThrownBy(() -> bench.call(HELLO)).isInstanceOf(ProcessDied.class);
        assertThat(bench.queue.sent()).isEmpty();
        bench.recover();

        assertThat(bench.only().status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.said(bench.only())).isEqualTo("Whole.");
        assertThat(bench.items(bench.only())).hasSize(2);
    }

    @Test
    @DisplayName("Row 16: a worker that slept past its lease is fenced out when it wakes")
    void row16() {
        List<String> states = new ArrayList<>();
        Run run = bench.post(HELLO);
        bench.model.plays(
                says("Late.").meanwhile(() -> {
                    bench.clock.advance(Duration.ofMinutes(20));
                    bench.deliver(run.message());
                    states.add(bench.store.snapshot());
                }),
                says("In time."));

        Outcome late = bench.deliver(run.message());

        assertThat(late).isInstanceOf(Outcome.NotNow.class);
        assertThat(bench.said(run)).isEqualTo("In time.");
        assertThat(states).containsExactly(bench.store.snapshot());
        assertThat(bench.events).filteredOn(RunEvent.Ended.class::isInstance).hasSize(1);
    }

    @Test
    void whoeverSpeaksKeepsTheRunHoweverLongItTakes() {
        Run run = bench.post(HELLO);
        List<Outcome> others = new ArrayList<>();
        bench.model.plays(says("one ", "two ", "three ", "four ", "five").beforeEach(() -> {
            bench.clock.advance(Duration.ofSeconds(60));
            others.add(bench.deliver(run.message()));
        }));

        bench.deliver(run.message());

        assertThat(others).hasSize(5).allMatch(Outcome.NotNow.class::isInstance);
        assertThat(bench.model.requests()).hasSize(1);
        assertThat(bench.said(run)).isEqualTo("one two three four five");
    }

    @Test
    void whoeverLearnsThatTheRunIsNotItsOwnStopsAtOnce() {
        Run run = bench.post(HELLO);
        bench.model.plays(
                says("Late.", "Later.").beforeEach(() -> {
                    if (bench.model.requests().size() == 1) {
                        bench.clock.advance(Duration.ofMinutes(2));
                        bench.deliver(run.message());
                    }
                }),
                says("In time."));

        assertThat(bench.deliver(run.message())).isEqualTo(new Outcome.NotNow(bench.clock.instant()));

        assertThat(bench.said(run)).isEqualTo("In time.");
        assertThat(bench.model.requests()).hasSize(2);
    }

    @Test
    @DisplayName("Row 40: when the next message can't be sent after a commit, the reaper goes on")
    void row40() {
        bench.model.plays(slowly(calls("look")), says("Done."));
        Run run = bench.post(HELLO);
        bench.calls.hitNext("send", Fault.REFUSED);

        bench.work();
        bench.recover();
        String end = bench.store.snapshot();
        bench.deliver(new StepMessage(run.key(), 1));

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.store.snapshot()).isEqualTo(end);
    }

    @Test
    void aStaleMessageWakesARunThatLiesStill() {
        bench.model.plays(slowly(calls("look")), says("Done."));
        Run run = bench.post(HELLO);
        bench.deliver(run.message());
        bench.queue.clear();
        bench.clock.advance(Duration.ofSeconds(21));

        assertThat(bench.deliver(run.message())).isEqualTo(new Outcome.Ignored("stale step"));
        bench.work();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    @DisplayName("Row 48: a step whose worker always dies is given up, and other runs go on")
    void row48() {
        bench.model.plays(says("Never.").dying());
        Run poison = bench.post(HELLO);

        bench.work();
        bench.recover();
        bench.model.plays(says("Fine."));
        Run other = bench.post(HELLO);
        bench.work();

        Run end = bench.now(poison);
        assertThat(end.status()).isEqualTo(RunStatus.FAILED);
        assertThat(end.error()).isEqualTo(RunError.STEP_ATTEMPTS_EXHAUSTED);
        assertThat(bench.model.requests()).hasSize(6);
        assertThat(bench.now(other).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.deliver(poison.message())).isEqualTo(new Outcome.Ended(end));
    }

    // Limits.

    @Test
    @DisplayName("Row 27: a model that calls tools for ever stops at the limit of steps")
    void row27() {
        look.doing(_ -> "Seen " + look.starts().size());
        bench.model.plays(calls("look"));

        bench.call(HELLO);

        Run run = bench.only();
        assertThat(run.status()).isEqualTo(RunStatus.INCOMPLETE);
        assertThat(run.stopReason()).isEqualTo(StopReason.MAX_STEPS);
        assertThat(run.step()).isEqualTo(50);
        assertThat(bench.model.requests()).hasSize(25);
    }

    @Test
    @DisplayName("Row 28: a run of forty steps completes")
    void row28() {
        look.doing(_ -> "Seen " + look.starts().size());
        for (int i = 0; i < 20; i++) {
            bench.model.plays(calls("look"));
        }
        bench.model.plays(says("Done."));

        bench.call(HELLO);

        assertThat(bench.only().status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.only().step()).isEqualTo(41);
        assertThat(bench.queue.sent()).isEmpty();
    }

    @Test
    @DisplayName("Row 42: a model step is not started 20 seconds before the invocation ends, but handed over")
    void row42() {
        Run run = bench.post(HELLO);

        Outcome outcome = bench.deliver(run.message(), Duration.ofSeconds(20));

        assertThat(outcome).isInstanceOf(Outcome.HandedOver.class);
        assertThat(bench.model.requests()).isEmpty();
        bench.work();
        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.queue.sent()).hasSize(2);
    }

    @Test
    void theNextInvocationTakesTheStepThatNoTimeIsLeftFor() {
        bench.model.plays(slowly(calls("look")), says("Done."));

        Outcome outcome = bench.call(HELLO);

        assertThat(outcome).isEqualTo(new Outcome.HandedOver(bench.only()));
        assertThat(bench.only().leaseUntil()).isEqualTo(Instant.EPOCH);
        assertThat(bench.queue.sent()).containsExactly(bench.only().message());
        bench.work();
        assertThat(bench.only().status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void aRunEndsAtItsDeadline() {
        bench.model.plays(calls("look"));
        Run run = bench.post(HELLO);
        bench.clock.advance(Duration.ofHours(24));

        bench.work();

        assertThat(bench.now(run).stopReason()).isEqualTo(StopReason.DEADLINE);
        assertThat(bench.now(run).status()).isEqualTo(RunStatus.INCOMPLETE);
        assertThat(bench.model.requests()).isEmpty();
    }

    @Test
    void aModelIsCutBeforeTheLeaseAndTheInvocationEnd() {
        Run run = bench.post(HELLO);
        Instant start = bench.clock.instant();

        bench.deliver(run.message(), Duration.ofMinutes(5));

        assertThat(bench.model.deadlines().getFirst().at())
                .isEqualTo(start.plus(Duration.ofMinutes(5)).minusSeconds(15));
    }

    // The model fails.

    @Test
    void aBackgroundRunTriesAgainAndShowsWhatTheFirstTryUsed() {
        bench.model.plays(says("Half").using(Usage.estimated(100, 3)).failing(Kind.CONNECTION, null), says("Whole."));
        Run run = bench.post(IN_BACKGROUND);

        bench.work();
        assertThat(bench.now(run).leaseUntil()).isEqualTo(Instant.EPOCH);
        bench.recover();

        assertThat(bench.said(run)).isEqualTo("Whole.");
        assertThat(bench.store.ledger(run.key()))
                .extracting(LedgerRow::state, row -> row.usage().outputTokens())
                .containsExactly(tuple(State.ABANDONED, 3L), tuple(State.SETTLED, 20L));
    }

    @Test
    @DisplayName("Row 45: a run whose key the provider refuses fails at its first attempt and is not tried again")
    void aFailureThatNobodyCanRepairIsNotTriedAgain() {
        bench.model.plays(fails(Kind.AUTHENTICATION));
        Run run = bench.post(IN_BACKGROUND);

        bench.work();
        bench.clock.advance(Duration.ofHours(1));
        bench.sweep();
        bench.work();

        assertThat(bench.queue.sent()).containsExactly(run.message());

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.FAILED);
        assertThat(bench.now(run).error()).extracting(RunError::code).isEqualTo("upstream_auth");
        assertThat(bench.model.requests()).hasSize(1);
    }

    @Test
    void whatAWatcherHasSeenIsKeptAndTheRunFails() {
        bench.model.plays(says("Half").using(Usage.estimated(100, 1)).failing(Kind.CONNECTION, null));

        bench.call(HELLO);

        Run run = bench.only();
        assertThat(run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(bench.items(run).getLast()).isInstanceOfSatisfying(Item.Message.class, message -> {
            assertThat(message.text()).isEqualTo("Half");
            assertThat(message.incomplete()).isTrue();
        });
        assertThat(bench.store.ledger(run.key())).extracting(LedgerRow::state).containsExactly(State.SETTLED);
        assertThat(bench.events).filteredOn(RunEvent.Ended.class::isInstance).hasSize(1);
    }

    @Test
    void theProvidersWaitIsHeededUpToALimit() {
        bench.model.plays(
                fails(Kind.RATE_LIMITED).failing(Kind.RATE_LIMITED, Duration.ofMinutes(2)),
                fails(Kind.RATE_LIMITED).failing(Kind.RATE_LIMITED, Duration.ofDays(9)),
                says("Done."));
        Run run = bench.post(IN_BACKGROUND);

        bench.work();
        assertThat(bench.queue.nextDue()).contains(bench.clock.instant().plus(Duration.ofMinutes(2)));
        bench.clock.advance(Duration.ofMinutes(2));
        bench.work();
        assertThat(bench.queue.nextDue()).contains(bench.clock.instant().plus(Duration.ofMinutes(10)));
        bench.clock.advance(Duration.ofMinutes(10));
        bench.work();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void theReaperLeavesARunAloneThatWaitsForItsProvider() {
        bench.model.plays(fails(Kind.RATE_LIMITED).failing(Kind.RATE_LIMITED, Duration.ofMinutes(5)), says("Done."));
        bench.post(IN_BACKGROUND);
        bench.work();

        bench.clock.advance(Duration.ofMinutes(5));

        assertThat(bench.sweep()).isEqualTo(new Reaper.Sweep(1, 0, 0, 0, 0));
    }

    @Test
    void aBackgroundRunFailsWithTheProvidersErrorInTheEnd() {
        bench.model.plays(fails(Kind.UNAVAILABLE));
        Run run = bench.post(IN_BACKGROUND);

        bench.work();
        bench.recover();

        assertThat(bench.now(run).error()).extracting(RunError::code).isEqualTo("upstream_error");
        assertThat(bench.model.requests()).hasSize(5);
    }

    // Cancelling.

    @Test
    @DisplayName("Row 46: a run that is cancelled before it starts ends without a model call")
    void row46BeforeStart() {
        Run run = bench.post(HELLO);
        bench.store.requestCancel(run.key());

        bench.work();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(bench.model.requests()).isEmpty();
        assertThat(bench.store.ledger(run.key())).isEmpty();
    }

    @Test
    @DisplayName("Row 46: a run that is cancelled while the model speaks pays, keeps the answer and runs no tool")
    void row46DuringModel() {
        Run run = bench.post(HELLO);
        bench.model.plays(calls("look").meanwhile(() -> bench.store.requestCancel(run.key())));

        bench.work();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(bench.now(run).spent().inputTokens()).isEqualTo(100);
        assertThat(look.starts()).isEmpty();
        assertThat(bench.items(run))
                .extracting(item -> item.getClass().getSimpleName())
                .containsExactly("Message", "ToolCall", "ToolResult");
        assertThat(bench.events).filteredOn(RunEvent.Ended.class::isInstance).hasSize(1);
    }

    @Test
    @DisplayName("Row 46: a run that is cancelled while a tool runs keeps its result and asks the model no more")
    void row46DuringTool() {
        Run run = bench.post(HELLO);
        look.doing(_ -> {
            bench.store.requestCancel(run.key());
            return "Seen.";
        });
        bench.model.plays(calls("look"));

        bench.work();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(bench.results(run)).extracting(Item.ToolResult::output).containsExactly("Seen.");
        assertThat(bench.model.requests()).hasSize(1);
    }

    @Test
    @DisplayName("Row 46: a run that is cancelled before it could be given up is cancelled")
    void row46WhenExhausted() {
        bench.model.plays(says("Never.").dying());
        Run run = bench.post(HELLO);
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> bench.deliver(run.message())).isInstanceOf(ProcessDied.class);
            bench.clock.advance(Duration.ofMinutes(20));
        }
        bench.store.requestCancel(run.key());

        bench.work();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.CANCELLED);
    }

    @Test
    @DisplayName("Row 46: cancelling a run that has ended changes nothing")
    void row46AfterEnd() {
        Run run = bench.post(HELLO);
        bench.work();
        bench.store.requestCancel(run.key());

        assertThat(bench.deliver(run.message())).isInstanceOf(Outcome.Ended.class);

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
    }

    /// So slowly that a tool step still fits the invocation, and a model step no more.
    private Script slowly(Script script) {
        return script.meanwhile(() -> bench.clock.advance(Workbench.INVOCATION.minus(Duration.ofSeconds(25))));
    }

    // Replays.

    @Test
    void replayingEveryMessageAfterTheEndChangesNothing() {
        bench.model.plays(calls("look", "mail"), says("Done."));
        Run run = bench.post(HELLO);
        bench.work();
        String end = bench.store.snapshot();
        List<StepMessage> sent = bench.queue.sent();

        for (int step = 0; step < 5; step++) {
            bench.deliver(new StepMessage(run.key(), step));
        }
        sent.forEach(bench::deliver);
        bench.clock.advance(Duration.ofDays(1));
        sent.forEach(bench::deliver);
        bench.sweep();

        assertThat(bench.store.snapshot()).isEqualTo(end);
    }
}
