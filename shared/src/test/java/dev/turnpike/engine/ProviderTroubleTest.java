package dev.turnpike.engine;

import static dev.turnpike.fake.ScriptedModel.Script.fails;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.turnpike.conversation.Item;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.PortCalls;
import dev.turnpike.fake.ScriptedModel;
import dev.turnpike.fake.Workbench;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.ledger.LedgerRow.State;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.provider.Fallback;
import dev.turnpike.provider.Retry;
import dev.turnpike.run.Run;
import dev.turnpike.run.Run.ServedBy;
import dev.turnpike.run.RunError;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.RunStatus;
import dev.turnpike.tokens.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// What becomes of runs whose provider fails, under the policies that a deployment has.
class ProviderTroubleTest {
    private static final String IN_BACKGROUND = "{\"input\": \"Hello\", \"background\": true}";
    private static final String WAITED_FOR = "{\"input\": \"Hello\"}";

    private final ScriptedModel model = new ScriptedModel(new PortCalls());
    private Workbench bench = bench(List.of());

    /// @param standIns for any model
    private Workbench bench(List<String> standIns) {
        Set<Kind> passing = EnumSet.allOf(Kind.class);
        passing.removeIf(kind -> !kind.retryable());
        var settings = new Retry.Settings(3, Duration.ofMillis(500), Duration.ofSeconds(60), 2, passing);
        var retry = new Retry(settings, () -> 0.5, wait -> bench.clock.advance(wait));
        return new Workbench(new Fallback(_ -> standIns).around(retry.around(model)));
    }

    @AfterEach
    void theInvariantsHold() {
        Invariants.check(bench.store);
    }

    @Test
    @DisplayName("Row 22: a wait of two minutes is not waited for by any worker")
    void aLongWaitCostsNoWorkersTime() {
        model.plays(fails(Kind.RATE_LIMITED).failing(Kind.RATE_LIMITED, Duration.ofMinutes(2)), says("Done."));
        Run run = bench.post(IN_BACKGROUND);
        Instant begun = bench.clock.instant();
        long real = System.nanoTime();

        bench.work();

        Duration paid = Duration.between(begun, bench.clock.instant()).plusNanos(System.nanoTime() - real);
        System.out.printf("a wait of 120 s cost a worker %d ms%n", paid.toMillis());
        assertThat(paid).isLessThan(Duration.ofSeconds(1));
        assertThat(bench.now(run).leaseUntil()).isEqualTo(Instant.EPOCH);
        Instant due = bench.queue.nextDue().orElseThrow();
        assertThat(Duration.between(begun, due)).isBetween(Duration.ofMinutes(2), Duration.ofSeconds(130));

        bench.clock.advanceTo(due);
        bench.work();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(model.requests()).hasSize(2);
    }

    @Test
    @DisplayName("Row 22: a short wait is slept through, for whoever waits too")
    void aShortWaitIsSleptThrough() {
        model.plays(fails(Kind.RATE_LIMITED).failing(Kind.RATE_LIMITED, Duration.ofSeconds(2)), says("Done."));

        bench.call(WAITED_FOR);

        assertThat(bench.said(bench.only())).isEqualTo("Done.");
        assertThat(bench.only().fence()).as("attempts").isEqualTo(1);
    }

    @Test
    void aRunInTheBackgroundOutlastsTheRestOfItsModel() {
        for (int i = 0; i < 12; i++) {
            model.plays(fails(Kind.RESTING).failing(Kind.RESTING, Duration.ofSeconds(30)));
        }
        model.plays(says("Done."));
        Run run = bench.post(IN_BACKGROUND);

        bench.work();
        bench.recover();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.store.ledger(run.key()))
                .filteredOn(row -> row.state() == State.ABANDONED)
                .hasSize(12)
                .allSatisfy(row -> assertThat(row.usage().totalTokens()).isZero());
    }

    @Test
    void whatIsPutOffHidesNoAttemptThatDied() {
        model.plays(
                says("Lost.").dying(),
                fails(Kind.RESTING).failing(Kind.RESTING, Duration.ofSeconds(30)),
                says("Done."));
        Run run = bench.post(IN_BACKGROUND);

        bench.work();
        bench.recover();

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.store.ledger(run.key()))
                .extracting(LedgerRow::state)
                .containsExactlyInAnyOrder(State.ABANDONED, State.ABANDONED, State.SETTLED);
    }

    @Test
    void aReaderIsToldAtOnceThatTheModelRests() {
        model.plays(fails(Kind.RESTING).failing(Kind.RESTING, Duration.ofSeconds(30)));

        bench.call(WAITED_FOR);

        assertThat(bench.only().error()).extracting(RunError::code).isEqualTo("upstream_unavailable");
    }

    @Test
    void aCallThatWasPaidForInVainIsMadeAgainForAReaderWhoHasSeenNothing() {
        model.plays(fails(Kind.TIMEOUT).using(Usage.estimated(7, 0)), says("Do", "ne."));

        bench.call(WAITED_FOR);

        assertThat(bench.said(bench.only())).isEqualTo("Done.");
        assertThat(bench.store.ledger(bench.only().key()))
                .extracting(LedgerRow::state, row -> row.usage().estimated())
                .containsExactlyInAnyOrder(tuple(State.ABANDONED, true), tuple(State.SETTLED, false));
        assertThat(bench.events)
                .filteredOn(RunEvent.Taken.class::isInstance)
                .as("beginnings that a reader sees")
                .hasSize(1);
    }

    @Test
    void aReaderIsNotKeptForMoreAttemptsThanThereMayBe() {
        for (int i = 0; i < 9; i++) {
            model.plays(fails(Kind.TIMEOUT).using(Usage.estimated(7, 0)));
        }

        bench.call(WAITED_FOR);

        assertThat(bench.only().error()).extracting(RunError::code).isEqualTo("upstream_timeout");
        assertThat(model.requests()).hasSize(bench.only().limits().maxAttempts());
    }

    @Test
    void whatAReaderHasSeenIsNotMadeAgain() {
        model.plays(says("Do").failing(Kind.CONNECTION, null));

        bench.call(WAITED_FOR);

        assertThat(bench.only().error()).extracting(RunError::code).isEqualTo("upstream_connection");
        assertThat(bench.said(bench.only())).isEqualTo("Do");
        assertThat(model.requests()).hasSize(1);
    }

    @Test
    void theLedgerAndTheRunSayWhichModelStoodIn() {
        bench = bench(List.of("gpt-4o"));
        model.improvises(request -> request.model().equals("gpt-4o") ? says("Done.") : fails(Kind.UNAVAILABLE));

        bench.call(WAITED_FOR);

        Run run = bench.only();
        assertThat(run.servedBy()).isEqualTo(new ServedBy(Set.of("gpt-4o"), 0));
        assertThat(bench.store.ledger(run.key())).singleElement().satisfies(row -> {
            assertThat(row.model()).isEqualTo("gpt-4o");
            assertThat(row.cost().known()).isTrue();
        });
        assertThat(bench.output(run)).singleElement().isInstanceOf(Item.Message.class);
    }
}
