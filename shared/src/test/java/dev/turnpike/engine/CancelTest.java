package dev.turnpike.engine;

import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.fake.Workbench;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelException;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunStatus;
import dev.turnpike.tool.ToolException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Cancelling a background run, at every moment.
class CancelTest {
    private static final String HELLO = "{\"input\": \"Hello\", \"background\": true}";

    private final CountedTool look = CountedTool.readOnly("look");
    private final CountedTool pay = CountedTool.once("pay");
    private final Workbench bench =
            new Workbench(EngineSettings.defaults("test").cancelledWithin(Duration.ofMillis(1)), 50, look, pay);

    @AfterEach
    void nothingIsBroken() {
        Invariants.check(bench.store);
        assertThat(bench.events.stream()
                        .flatMap(event -> event instanceof RunEvent.Ended(Run run) ? Stream.of(run.key()) : null))
                .doesNotHaveDuplicates();
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    private Outcome cancel(Run run) {
        return bench.engine.cancel(run.key(), Deadline.in(Workbench.INVOCATION, bench.clock));
    }

    @Test
    @DisplayName("Row 46: a run that nobody has begun ends at once, and its message changes nothing any more")
    void beforeItStarts() {
        Run run = bench.post(HELLO);

        assertThat(cancel(run)).isInstanceOf(Outcome.Ended.class);
        bench.work();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(bench.model.requests()).isEmpty();
        assertThat(bench.store.ledger(run.key())).isEmpty();
    }

    @Test
    @DisplayName("Row 46: a model that is silent is interrupted; what it said and used is kept, marked incomplete")
    void whileTheModelIsSilent() {
        Run run = bench.post(HELLO);
        bench.model.plays(says("Half an ans")
                .meanwhile(() -> {
                    assertThat(cancel(run)).isInstanceOf(Outcome.NotNow.class);
                    untilInterrupted();
                })
                .failing(ModelException.Kind.CONNECTION, null));

        bench.work();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(bench.items(run).getLast()).isInstanceOfSatisfying(Item.Message.class, said -> {
            assertThat(said.text()).isEqualTo("Half an ans");
            assertThat(said.incomplete()).isTrue();
        });
        assertThat(bench.store.ledger(run.key())).extracting(LedgerRow::state).containsExactly(LedgerRow.State.SETTLED);
        assertThat(bench.now(run).spent().inputTokens()).isEqualTo(100);
    }

    @Test
    @DisplayName("Row 46: tools that run are interrupted, those that wait don't start, and every call has its result")
    void whileToolsRun() {
        Run run = bench.post(HELLO);
        look.doing(_ -> "Seen.");
        pay.doing(_ -> {
            cancel(run);
            return interrupted();
        });
        bench.model.plays(calls("look", "pay"), says("Never."));

        bench.work();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(bench.results(run))
                .extracting(Item.ToolResult::outcome)
                .containsExactly(Item.Outcome.DONE, Item.Outcome.UNKNOWN);
        assertThat(bench.model.requests()).hasSize(1);
    }

    @Test
    @DisplayName("Row 46: between a step's work and its commit the work is kept and nothing more is begun")
    void duringTheCommit() {
        Run run = bench.post(HELLO);
        bench.model.plays(calls("look").meanwhile(() -> bench.store.requestCancel(run.key())));

        bench.work();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(bench.now(run).spent().inputTokens()).isEqualTo(100);
        assertThat(look.starts()).isEmpty();
        assertThat(bench.results(run))
                .extracting(Item.ToolResult::output)
                .containsExactly("The run ended before the tool was started.");
    }

    @Test
    @DisplayName("Row 46: calls that were to be made next are not made, by the next run neither")
    void betweenAModelStepAndItsTools() {
        Run run = bench.post(HELLO);
        bench.model.plays(
                calls("look", "pay").meanwhile(() -> bench.clock.advance(Workbench.INVOCATION.minusSeconds(17))),
                says("On we go."));
        assertThat(bench.deliver(run.message())).isInstanceOf(Outcome.HandedOver.class);

        cancel(run);
        bench.call("{\"input\": \"Still there?\", \"previous_response_id\": \"%s\"}"
                .formatted(run.key().responseId()));

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.CANCELLED);
        assertThat(bench.results(run)).hasSize(2);
        assertThat(look.starts()).isEmpty();
        assertThat(pay.starts()).isEmpty();
    }

    @Test
    @DisplayName("Row 46: after its end nothing changes, however often it is asked for")
    void afterTheEnd() {
        Run run = bench.post(HELLO);
        bench.work();
        String end = bench.store.snapshot();

        for (int i = 0; i < 3; i++) {
            assertThat(cancel(run)).isEqualTo(new Outcome.Ended(bench.now(run)));
        }

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.store.snapshot()).isEqualTo(end);
    }

    @Test
    void aRetryThatIsDueMuchLaterIsNotWaitedFor() {
        bench.model.plays(Script.fails(ModelException.Kind.RATE_LIMITED)
                .failing(ModelException.Kind.RATE_LIMITED, Duration.ofMinutes(9)));
        Run run = bench.post(HELLO);
        bench.work();

        assertThat(cancel(run)).isInstanceOf(Outcome.Ended.class);

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.CANCELLED);
    }

    @Test
    void whoeverAsksForARunThatDoesNotExistIsToldSo() {
        var unknown = new RunKey(bench.post(HELLO).key().conversation(), bench.ids.next());

        assertThat(bench.engine.cancel(unknown, Deadline.in(Workbench.INVOCATION, bench.clock)))
                .isInstanceOf(Outcome.Ignored.class);
    }

    @Test
    void theNextRunOfTheConversationGoesOn() {
        Run run = bench.post(HELLO);
        bench.model.plays(calls("look").meanwhile(() -> bench.store.requestCancel(run.key())), says("Here I am."));
        bench.work();

        var next = bench.call("{\"input\": \"Still there?\", \"previous_response_id\": \"%s\"}"
                .formatted(run.key().responseId()));

        assertThat(next).isInstanceOf(Outcome.Ended.class);
        assertThat(bench.store.runs())
                .extracting(Run::status)
                .containsExactlyInAnyOrderElementsOf(List.of(RunStatus.CANCELLED, RunStatus.COMPLETED));
        assertThat(look.starts()).isEmpty();
    }

    private static void untilInterrupted() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static String interrupted() throws ToolException {
        untilInterrupted();
        throw new ToolException("interrupted");
    }
}
