package dev.turnpike.engine;

import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.Workbench;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.run.Run;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A conversation is deleted while a run is at work in it.
class DeletionTest {
    private static final String HELLO = "{\"input\": \"Hello\"}";

    private final CountedTool look = CountedTool.readOnly("look");
    private final Workbench bench = new Workbench(look);

    @AfterEach
    void nothingIsLeft() {
        bench.recover();
        Invariants.check(bench.store);
        assertThat(bench.store.runs()).isEmpty();
    }

    private void delete(Run run) {
        assertThat(bench.store.delete(run.key().conversation(), bench.clock.instant()))
                .isTrue();
    }

    @Test
    void whatTheModelSaidIsDiscardedAndWhatItCostIsKept() {
        Run run = bench.post(HELLO);
        bench.model.plays(says("For nobody.").meanwhile(() -> delete(run)));

        bench.work();

        assertThat(bench.items(run)).isEmpty();
        assertThat(bench.store.ledger(run.key())).singleElement().satisfies(row -> {
            assertThat(row.state()).isEqualTo(LedgerRow.State.ABANDONED);
            assertThat(row.usage().inputTokens()).isEqualTo(100);
        });
        assertThat(bench.model.requests()).hasSize(1);
    }

    @Test
    void aToolThatStillRunsLeavesNoResult() {
        Run run = bench.post(HELLO);
        look.doing(_ -> {
            delete(run);
            return "Seen.";
        });
        bench.model.plays(calls("look"));

        bench.work();

        assertThat(bench.store.toolRecords(run)).isEmpty();
        assertThat(bench.model.requests()).hasSize(1);
    }

    @Test
    void itsMessagesAreDropped() {
        Run run = bench.post(HELLO);
        delete(run);

        bench.work();
        bench.clock.advance(Duration.ofHours(1));

        assertThat(bench.deliver(run.message())).isInstanceOf(Outcome.Ignored.class);
        assertThat(bench.model.requests()).isEmpty();
    }
}
