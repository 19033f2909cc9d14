package dev.turnpike.run;

import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.PortCalls.ProcessDied;
import dev.turnpike.fake.Workbench;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.tokens.Usage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// One scenario, run once for every call of a port and everything that can go wrong with it.
class CrashSweepTest {
    private static final String HELLO = "{\"input\": \"Hello\"}";

    /// A run of three steps, with a tool of each kind.
    private static final class Story {
        final CountedTool look = CountedTool.readOnly("look");
        final CountedTool mail = CountedTool.repeatable("mail");
        final CountedTool pay = CountedTool.once("pay");
        final Workbench bench = new Workbench(EngineSettings.defaults("test"), 50, look, mail, pay);

        Story() {
            bench.model.plays(calls("look", "mail", "pay"), says("Done."));
        }

        void throughTheQueue() {
            bench.post(HELLO);
            bench.work();
        }

        void inLine() {
            bench.call(HELLO);
        }
    }

    private interface Way {
        void take(Story story);
    }

    @TestFactory
    List<DynamicTest> aRunThatTheQueueStartedSurvivesAnyFault() {
        return sweep(Story::throughTheQueue);
    }

    @TestFactory
    List<DynamicTest> aRunThatTheApiFunctionStartedSurvivesAnyFault() {
        return sweep(Story::inLine);
    }

    private static List<DynamicTest> sweep(Way way) {
        var rehearsal = new Story();
        way.take(rehearsal);
        List<String> calls = rehearsal.bench.calls.made();
        List<DynamicTest> tests = new ArrayList<>();
        for (int number = 0; number < calls.size(); number++) {
            for (Fault fault : Fault.values()) {
                int hit = number;
                tests.add(DynamicTest.dynamicTest(
                        "%s at call %d, %s".formatted(fault, number, calls.get(number)),
                        () -> survives(way, hit, fault)));
            }
        }
        return tests;
    }

    private static void survives(Way way, int hit, Fault fault) {
        var story = new Story();
        story.bench.calls.hit(hit, fault);
        try {
            way.take(story);
        } catch (StoreUnavailableException | ProcessDied | IllegalStateException _) {
            // The caller is told that it failed; what was begun goes on all the same.
        }
        story.bench.recover();

        Invariants.check(story.bench.store);
        for (Run run : story.bench.store.runs()) {
            assertThat(run.status()).isIn(RunStatus.COMPLETED, RunStatus.INCOMPLETE);
        }
        everyModelCallIsInTheLedger(story);
        assertThat(story.pay.starts().size()).isLessThanOrEqualTo(1);
        assertThat(new HashSet<>(story.mail.starts()).size()).isLessThanOrEqualTo(1);
        assertThat(story.bench.model.requests().size()).isLessThanOrEqualTo(4);
        replayChangesNothing(story);
    }

    /// A process that died may or may not have called the model before: rows of such attempts are estimates, and may
    /// be too many, never too few.
    private static void everyModelCallIsInTheLedger(Story story) {
        List<LedgerRow> rows = story.bench.store.runs().stream()
                .flatMap(run -> story.bench.store.ledger(run.key()).stream())
                .toList();
        long reported = rows.stream()
                .map(LedgerRow::usage)
                .filter(usage -> !usage.estimated())
                .mapToLong(Usage::totalTokens)
                .sum();
        assertThat(rows)
                .hasSizeGreaterThanOrEqualTo(story.bench.model.requests().size());
        assertThat(reported).isLessThanOrEqualTo(story.bench.model.metered().totalTokens());
    }

    private static void replayChangesNothing(Story story) {
        String end = story.bench.store.snapshot();
        for (Run run : story.bench.store.runs()) {
            for (int step = 0; step < 4; step++) {
                story.bench.deliver(new StepMessage(run.key(), step));
            }
        }
        assertThat(story.bench.store.snapshot()).isEqualTo(end);
    }
}
