package dev.turnpike.engine;

import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.fails;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.MemoryQueue.Delivery;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.Workbench;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StepMessage;
import dev.turnpike.run.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The table is gone for a while, or a message is, until somebody sends it again.
class OutageTest {
    private static final String IN_BACKGROUND = "{\"input\": \"Hello\", \"background\": true}";

    /// After it the worker lets a message come again that it could not serve.
    private static final Duration RETRY = Duration.ofSeconds(20);

    private static final Set<String> NOT_THE_TABLES = Set.of("model", "send");

    private final Random random = new Random(1);
    private final CountedTool mail = CountedTool.repeatable("mail");
    private final Workbench bench = new Workbench(mail);

    @AfterEach
    void theInvariantsHold() {
        Invariants.check(bench.store);
    }

    @Test
    @DisplayName("Row 37: a table that takes nothing for thirty seconds delays a run, whenever it begins")
    void anOutageOfTheTableDelaysARun() {
        int calls = outage(Integer.MAX_VALUE);
        for (int first = 2; first < calls; first++) {
            new OutageTest().outage(first);
        }
    }

    /// @param first call of a port that finds the table gone
    /// @return calls that were made
    private int outage(int first) {
        bench.model.improvises(request ->
                request.items().stream().anyMatch(Item.ToolResult.class::isInstance) ? says("Done.") : calls("mail"));
        Run run = bench.post(IN_BACKGROUND);
        bench.calls.follow((number, name) -> {
            if (number < first
                    || NOT_THE_TABLES.contains(name)
                    || bench.clock.instant().isAfter(outageEnd(number))) {
                return null;
            }
            // The store has tried for as long as it has patience.
            bench.clock.advance(Duration.ofSeconds(8));
            return Fault.REFUSED;
        });

        serveUntil(() -> bench.now(run).status().terminal());
        int made = bench.calls.count();
        bench.calls.follow((_, _) -> null);

        assertThat(bench.now(run).status()).as("outage from call %d", first).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.said(run)).isEqualTo("Done.");
        assertThat(bench.results(run)).hasSize(1);
        assertThat(Set.copyOf(mail.starts())).hasSize(1);
        assertThat(bench.store.ledger(run.key()))
                .filteredOn(row -> row.state() == LedgerRow.State.SETTLED)
                .extracting(LedgerRow::step)
                .containsExactly(0, 2);
        assertThat(bench.store.ledger(run.key())).hasSizeGreaterThanOrEqualTo(bench.model.paid());
        assertThat(bench.model.paid()).isLessThanOrEqualTo(3);
        assertThat(bench.queue.deadLetters()).isEmpty();
        theInvariantsHold();
        return made;
    }

    private Instant outageEnd = Instant.MAX;

    private Instant outageEnd(int number) {
        if (outageEnd.equals(Instant.MAX)) {
            outageEnd = bench.clock.instant().plusSeconds(30);
        }
        assertThat(number).as("calls while the table is gone").isLessThan(500);
        return outageEnd;
    }

    private interface Condition {
        boolean holds();
    }

    /// As a worker does, with a reaper once a minute.
    private void serveUntil(Condition condition) {
        for (int second = 0; !condition.holds(); second++) {
            assertThat(second).as("seconds until it is done").isLessThan(3_600);
            bench.queue.receive(random).ifPresent(this::serve);
            bench.clock.advance(Duration.ofSeconds(1));
            if (second % 60 == 59) {
                reap();
            }
        }
    }

    private void serve(Delivery delivery) {
        try {
            if (bench.deliver(delivery.message()) instanceof Outcome.NotNow(Instant until)) {
                bench.queue.putBack(delivery, until.plusSeconds(1));
            }
        } catch (StoreUnavailableException _) {
            bench.queue.putBack(delivery, bench.clock.instant().plus(RETRY));
        }
    }

    private void reap() {
        try {
            var _ = bench.sweep();
        } catch (StoreUnavailableException _) {
            // The next minute has another.
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"completed", "failed", "cancelled", "deleted"})
    @DisplayName("Row 50: dead letters that are sent back a day later change nothing about runs that have ended")
    void deadLettersOfEndedRunsChangeNothing(String end) {
        bench.model.plays(end.equals("failed") ? fails(Kind.AUTHENTICATION) : calls("mail"), says("Done."));
        Run run = bench.post(IN_BACKGROUND);
        bench.calls.follow((_, name) -> name.equals("acquire") ? Fault.REFUSED : null);
        serveUntil(() -> !bench.queue.deadLetters().isEmpty());
        bench.calls.follow((_, _) -> null);
        switch (end) {
            case "cancelled" -> bench.engine.cancel(run.key(), Deadline.in(Workbench.INVOCATION, bench.clock));
            case "deleted" -> bench.store.delete(run.key().conversation(), bench.clock.instant());
            default -> bench.recover();
        }
        assertThat(bench.store.runs())
                .allSatisfy(now -> assertThat(now.status()).hasToString(end.toUpperCase(Locale.ROOT)));
        bench.clock.advance(Duration.ofDays(1));
        String before = bench.store.snapshot();
        int sent = bench.queue.sent().size();
        int asked = bench.model.requests().size();
        List<String> started = mail.starts();

        for (StepMessage letter : bench.queue.deadLetters()) {
            assertThat(bench.deliver(letter)).isInstanceOfAny(Outcome.Ended.class, Outcome.Ignored.class);
        }
        bench.work();

        assertThat(bench.store.snapshot()).isEqualTo(before);
        assertThat(bench.queue.sent()).hasSize(sent);
        assertThat(bench.model.requests()).hasSize(asked);
        assertThat(mail.starts()).isEqualTo(started);
    }
}
