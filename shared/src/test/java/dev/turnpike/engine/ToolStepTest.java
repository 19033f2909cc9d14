package dev.turnpike.engine;

import static dev.turnpike.fake.ScriptedModel.Script.call;
import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.assertj.core.groups.Tuple.tuple;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.PortCalls.ProcessDied;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.fake.Workbench;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunError;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StopReason;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ToolStepTest {
    private static final String HELLO = "{\"input\": \"Hello\"}";

    private final CountedTool look = CountedTool.readOnly("look");
    private final CountedTool mail = CountedTool.repeatable("mail");
    private final CountedTool pay = CountedTool.once("pay");
    private final CountDownLatch testIsOver = new CountDownLatch(1);
    private Workbench bench = new Workbench(look, mail, pay);

    @AfterEach
    void theInvariantsHold() {
        testIsOver.countDown();
        Invariants.check(bench.store);
    }

    @Test
    @DisplayName("Row 17: a read-only tool runs again after a crash between its effect and the commit")
    void row17ReadOnly() {
        Run run = crashedAtTheToolStep("look");

        assertThat(look.starts()).hasSize(1);
        assertThat(bench.results(run)).extracting(Item.ToolResult::outcome).containsExactly(Outcome.DONE);
        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    @DisplayName("Row 17: a tool that died before its result was saved runs again with the same key")
    void row17Repeatable() {
        for (CountedTool tool : List.of(look, mail)) {
            bench.calls.hitNext("saveToolResult", Fault.DIES_BEFORE);
            bench.model.plays(calls(tool.name()), says("Done."));
            Run run = bench.post(HELLO);

            bench.work();
            bench.recover();

            assertThat(tool.starts()).hasSize(2);
            assertThat(new HashSet<>(tool.starts())).hasSize(1);
            assertThat(bench.results(run)).extracting(Item.ToolResult::outcome).containsExactly(Outcome.DONE);
            assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
        }
    }

    @Test
    @DisplayName("Row 17: a tool that must not run twice is not started again; its outcome is unknown")
    void row17Once() {
        bench.calls.hitNext("saveToolResult", Fault.DIES_BEFORE);
        bench.model.plays(calls("pay"));
        Run run = bench.post(HELLO);

        bench.work();
        bench.recover();

        assertThat(pay.starts()).hasSize(1);
        assertThat(bench.results(run)).extracting(Item.ToolResult::outcome).containsExactly(Outcome.UNKNOWN);
        assertThat(bench.now(run).status()).isEqualTo(RunStatus.INCOMPLETE);
        assertThat(bench.now(run).stopReason()).isEqualTo(StopReason.OUTCOME_UNKNOWN);
    }

    @Test
    @DisplayName(
            "Row 17: a tool that must not run twice is not started by the next run either, if this one is cancelled")
    void row17OnceThenCancelled() {
        bench.calls.hitNext("saveToolResult", Fault.DIES_BEFORE);
        bench.model.plays(calls("pay"), says("Done."));
        Run run = bench.post(HELLO);

        bench.work();
        bench.store.requestCancel(run.key());
        bench.recover();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.CANCELLED);
        nextRunKnowsThatTheOutcomeIsUnknown(run);
    }

    @Test
    @DisplayName("Row 17: nor if the attempts of this one are exhausted")
    void row17OnceThenExhausted() {
        bench.calls.hitNext("saveToolResult", Fault.DIES_BEFORE);
        bench.model.plays(calls("pay"), says("Done."));
        Run run = bench.post(HELLO);

        bench.work();
        for (int attempt = 2; attempt <= 5; attempt++) {
            bench.clock.advance(Duration.ofMinutes(20));
            bench.calls.hitNext("toolRecords", Fault.DIES_BEFORE);
            assertThatThrownBy(() -> bench.deliver(bench.now(run).message())).isInstanceOf(ProcessDied.class);
        }
        bench.recover();

        assertThat(bench.now(run).error()).isEqualTo(RunError.STEP_ATTEMPTS_EXHAUSTED);
        nextRunKnowsThatTheOutcomeIsUnknown(run);
    }

    private void nextRunKnowsThatTheOutcomeIsUnknown(Run run) {
        assertThat(bench.results(run)).extracting(Item.ToolResult::outcome).containsExactly(Outcome.UNKNOWN);
        Run next = bench.post("{\"input\": \"And?\", \"previous_response_id\": \"%s\"}"
                .formatted(run.key().responseId()));
        bench.work();
        assertThat(bench.now(next).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(pay.starts()).hasSize(1);
    }

    @Test
    void whatAnAttemptMayHaveBegunIsNotLeftToTheNextRun() {
        bench.calls.hitNext("saveToolResult", Fault.DIES_BEFORE);
        bench.model.plays(calls("mail"), says("Done."));
        Run run = bench.post(HELLO);

        bench.work();
        bench.store.requestCancel(run.key());
        bench.recover();

        assertThat(bench.results(run)).extracting(Item.ToolResult::outcome).containsExactly(Outcome.FAILED);
        assertThat(mail.starts()).hasSize(1);
    }

    @Test
    @DisplayName("Row 17: a crash after the intent and before the start leaves the outcome unknown too")
    void row17OnceIntentOnly() {
        bench.calls.hitNext("intend", Fault.DIES_AFTER);
        bench.model.plays(calls("pay"));
        Run run = bench.post(HELLO);

        bench.work();
        bench.recover();

        assertThat(pay.starts()).isEmpty();
        assertThat(bench.now(run).stopReason()).isEqualTo(StopReason.OUTCOME_UNKNOWN);
    }

    @Test
    @DisplayName("Row 17: a tool that is gone after the crash has left the outcome unknown, too")
    void row17OnceAndGone() {
        List<Tool<?>> there = new ArrayList<>(List.of(pay));
        ToolRegistry registry = ToolRegistry.of(List.of(look)).with(List.of(() -> List.copyOf(there)));
        bench = new Workbench(
                EngineSettings.defaults("test"), 50, registry, Executors::newVirtualThreadPerTaskExecutor);
        bench.calls.hitNext("intend", Fault.DIES_AFTER);
        bench.model.plays(calls("pay"));
        Run run = bench.post(HELLO);
        bench.work();
        there.clear();

        bench.recover();

        assertThat(bench.now(run).stopReason()).isEqualTo(StopReason.OUTCOME_UNKNOWN);
    }

    @Test
    void aResultThatWasSavedIsUsedWhateverTheToolsEffect() {
        Run run = crashedAtTheToolStep("pay");

        assertThat(pay.starts()).hasSize(1);
        assertThat(bench.results(run)).extracting(Item.ToolResult::outcome).containsExactly(Outcome.DONE);
        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
    }

    /// Everything but the commit of the tool step happens.
    private Run crashedAtTheToolStep(String tool) {
        bench.model.plays(calls(tool), says("Done."));
        Run run = bench.post(HELLO);
        bench.calls.hit("commit", 2, Fault.DIES_BEFORE);
        bench.work();
        assertThat(bench.now(run).step()).isEqualTo(1);
        bench.recover();
        return run;
    }

    @Test
    @DisplayName("Row 18: of three parallel tools, only the one without a result runs again after a crash")
    void row18() {
        CountedTool first = CountedTool.repeatable("first");
        CountedTool second = CountedTool.repeatable("second");
        CountedTool third = CountedTool.repeatable("third");
        bench = new Workbench(EngineSettings.defaults("test"), 50, first, second, third);
        third.doing(_ -> {
            awaitTwoResults();
            return "Third.";
        });
        bench.calls.hit("saveToolResult", 3, Fault.DIES_BEFORE);
        bench.model.plays(calls("first", "second", "third"), says("Done."));
        Run run = bench.post(HELLO);

        bench.work();
        bench.recover();

        assertThat(first.starts()).hasSize(1);
        assertThat(second.starts()).hasSize(1);
        assertThat(third.starts()).hasSize(2);
        assertThat(new HashSet<>(third.starts())).hasSize(1);
        assertThat(bench.results(run)).extracting(Item.ToolResult::outcome).containsOnly(Outcome.DONE);
        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
    }

    private void awaitTwoResults() throws ToolException {
        try {
            bench.calls.awaitDone("saveToolResult", 2);
        } catch (InterruptedException _) {
            throw new ToolException("interrupted");
        }
    }

    @Test
    @DisplayName("Row 26: arguments that are no JSON are told to the model, and the tool does not run")
    void row26() {
        bench.model.plays(call("look", "{\"broken\": "), call("look", "[]"), says("Sorry."));

        bench.call(HELLO);

        assertThat(look.starts()).isEmpty();
        assertThat(bench.results(bench.only())).hasSize(2).allSatisfy(result -> {
            assertThat(result.output()).startsWith("Invalid arguments for look: ");
            assertThat(result.outcome()).isEqualTo(Outcome.INVALID);
        });
        assertThat(bench.only().status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    @DisplayName("Row 26: three calls in a row whose arguments are wrong end the run")
    void row26ThreeInARow() {
        bench.model.plays(
                call("look", "[]"),
                call("look", "{}"),
                call("look", "{\"extra\": 1}"),
                call("look", ""),
                call("mail", "{\"a\":".repeat(40)),
                call("look", "{}"),
                says("Hello."));
        look.doing(_ -> "Seen.");

        bench.call(HELLO);

        Run run = bench.only();
        assertThat(look.starts()).as("an empty text counts as no arguments").hasSize(3);
        assertThat(run.status()).isEqualTo(RunStatus.COMPLETED);

        bench.model.plays(call("look", "[]"), call("mail", "{\"a\": "), call("look", "null"), says("No more."));
        Run failed = bench.post(HELLO);
        bench.work();

        failed = bench.now(failed);
        assertThat(failed.status()).isEqualTo(RunStatus.FAILED);
        assertThat(failed.error()).isInstanceOfSatisfying(RunError.ToolExecution.class, error -> {
            assertThat(error.code()).isEqualTo("tool_error");
            assertThat(error.details()).containsEntry("tool", "look").containsEntry("error", "invalid_arguments");
        });
        assertThat(bench.results(failed)).hasSize(3);
    }

    @Test
    @DisplayName("Row 27: a model that makes the same call for ever is stopped")
    void row27() {
        look.doing(_ -> "Seen.");
        Script[] same = Stream.generate(() -> calls("look")).limit(30).toArray(Script[]::new);
        bench.model.plays(same);

        bench.call(HELLO);

        assertThat(bench.only().stopReason()).isEqualTo(StopReason.REPEATED_CALLS);
        assertThat(bench.only().status()).isEqualTo(RunStatus.INCOMPLETE);
        assertThat(look.starts()).hasSize(10);
    }

    @Test
    @DisplayName("Row 27: who asks again until the answer is another is not stopped")
    void row27Waiting() {
        look.doing(_ -> "Not ready, " + look.starts().size());
        bench.model.plays(Stream.concat(Stream.generate(() -> calls("look")).limit(20), Stream.of(says("Ready.")))
                .toArray(Script[]::new));

        bench.call(HELLO);

        assertThat(bench.only().status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    @DisplayName("Row 29: a tool that hangs is given up in time, and the run goes on")
    void row29Hangs() {
        bench = new Workbench(impatient(), 50, look, mail, pay);
        look.doing(_ -> hang());
        bench.model.plays(calls("look"), says("Done."));

        bench.call(HELLO);

        assertThat(bench.results(bench.only()))
                .extracting(Item.ToolResult::output, Item.ToolResult::outcome)
                .containsExactly(tuple("The tool look did not end in time.", Outcome.FAILED));
        assertThat(bench.only().status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    @DisplayName("Row 29: a tool that must not run twice and hangs leaves its outcome unknown")
    void row29OnceHangs() {
        bench = new Workbench(impatient(), 50, look, mail, pay);
        pay.doing(_ -> hang());
        bench.model.plays(calls("pay"));

        bench.call(HELLO);

        assertThat(bench.results(bench.only()))
                .extracting(Item.ToolResult::outcome)
                .containsExactly(Outcome.UNKNOWN);
        assertThat(bench.only().stopReason()).isEqualTo(StopReason.OUTCOME_UNKNOWN);
    }

    @Test
    @DisplayName("Row 29: a tool that throws an Error fails alone")
    void row29Throws() {
        look.doing(_ -> {
            throw new OutOfMemoryError("secret");
        });
        mail.doing(_ -> {
            throw new ToolException("there is no such address");
        });
        bench.model.plays(calls("look", "mail"), says("Done."));

        bench.call(HELLO);

        assertThat(bench.results(bench.only()))
                .extracting(Item.ToolResult::output)
                .containsExactly("look failed with an internal error.", "mail: there is no such address");
        assertThat(bench.events)
                .filteredOn(RunEvent.ToolBroke.class::isInstance)
                .singleElement()
                .satisfies(event -> assertThat(event)
                        .asInstanceOf(type(RunEvent.ToolBroke.class))
                        .extracting(
                                RunEvent.ToolBroke::tool, broke -> broke.cause().getMessage())
                        .containsExactly("look", "secret"));
        assertThat(bench.only().status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    @DisplayName("Row 29: what a once-only tool has done before it broke is unknown, and the run asks")
    void row29ThrowsOnce() {
        pay.doing(_ -> {
            throw new IllegalStateException("after the payment");
        });
        bench.model.plays(calls("pay"), says("Never."));

        bench.call(HELLO);

        assertThat(bench.results(bench.only()))
                .extracting(Item.ToolResult::outcome)
                .containsExactly(Outcome.UNKNOWN);
        assertThat(bench.only().stopReason()).isEqualTo(StopReason.OUTCOME_UNKNOWN);
    }

    @Test
    @DisplayName("Row 29: fifty megabytes of a tool are cut with a notice")
    void row29Floods() {
        look.doing(_ -> "x".repeat(50_000_000));
        bench.model.plays(calls("look"), says("Done."));

        bench.call(HELLO);

        assertThat(bench.results(bench.only()).getFirst().output())
                .hasSizeLessThan(101_000)
                .endsWith("of 50,000,000 characters.]");
    }

    @Test
    void toolsOfOneStepRunSideBySide() throws Exception {
        var both = new CyclicBarrier(2);
        CountedTool.Behaviour meet = _ -> {
            try {
                both.await(30, TimeUnit.SECONDS);
                return "Met.";
            } catch (Exception alone) {
                throw new ToolException("nobody came: " + alone);
            }
        };
        look.doing(meet);
        mail.doing(meet);
        bench.model.plays(calls("look", "mail"), says("Done."));

        bench.call(HELLO);

        assertThat(bench.results(bench.only()))
                .extracting(Item.ToolResult::output)
                .containsOnly("Met.");
    }

    @Test
    void notMoreToolsRunAtOnceThanAllowed() {
        var running = new AtomicInteger();
        var most = new AtomicInteger();
        look.doing(_ -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            running.decrementAndGet();
            return "Seen.";
        });
        bench.model.plays(
                calls("look look look look look look look look look look look look".split(" ")), says("Done."));

        bench.call(HELLO);

        assertThat(look.starts()).hasSize(12).doesNotHaveDuplicates();
        assertThat(most.get()).isLessThanOrEqualTo(8);
    }

    @Test
    void aToolThatIsNotOfferedIsAskedOfTheCaller() {
        bench.model.plays(calls("erase"));

        bench.call("{\"input\": \"Hi\"}");

        assertThat(bench.only().stopReason()).isEqualTo(StopReason.CLIENT_TOOLS);
    }

    @Test
    void keysDifferBetweenCallsStepsAndRunsAndLookLikeBase32() {
        bench.model.plays(calls("mail", "mail"), calls("mail"), says("Done."), calls("mail"), says("Done."));

        bench.call(HELLO);
        bench.call(HELLO);

        assertThat(mail.starts()).hasSize(4).doesNotHaveDuplicates().allMatch(key -> key.matches("[a-z2-7]{52}"));
    }

    @Test
    void whenTheStoreDoesNotAnswerTheStepIsTriedAgainAndToolsThatAreDoneAreNot() {
        bench.calls.hitNext("saveToolResult", Fault.ANSWER_LOST);
        bench.model.plays(calls("mail"), says("Done."));
        Run run = bench.post(HELLO);

        bench.work();
        bench.recover();

        assertThat(mail.starts()).hasSize(1);
        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void aNewRunFirstPaysWhatItsConversationOwes() {
        Run first = bench.post(HELLO);
        bench.model.plays(calls("look").meanwhile(() -> bench.clock.advance(Duration.ofHours(24))), says("Done."));
        bench.work();
        assertThat(bench.now(first).stopReason()).isEqualTo(StopReason.DEADLINE);

        bench.call("{\"input\": \"Go on\", \"conversation\": \"conv_%s\"}"
                .formatted(first.key().conversation().id()));

        assertThat(look.starts()).hasSize(1);
        assertThat(bench.items(first))
                .extracting(item -> item.getClass().getSimpleName())
                .containsExactly("Message", "ToolCall", "Message", "ToolResult", "Message");
        assertThat(bench.said(first)).isEqualTo("Done.");
    }

    private String hang() {
        try {
            testIsOver.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return "Too late.";
    }

    private static EngineSettings impatient() {
        EngineSettings settings = EngineSettings.defaults("test");
        return new EngineSettings(
                settings.owner(),
                settings.longestSilence(),
                settings.finishMargin(),
                settings.modelTimeout(),
                settings.modelStepNeeds(),
                settings.toolStepNeeds(),
                Duration.ofMillis(50),
                settings.parallelTools(),
                settings.cancelInterval(),
                settings.maxHistory(),
                settings.contextWindow(),
                settings.firstRetryDelay(),
                settings.maxRetryDelay());
    }
}
