package dev.turnpike.run;

import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.Workbench;
import dev.turnpike.run.Reaper.Sweep;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ReaperTest {
    private static final String HELLO = "{\"input\": \"Hello\"}";

    private final Workbench bench = new Workbench();

    @AfterEach
    void theInvariantsHold() {
        bench.store.letGoOfIndex();
        Invariants.check(bench.store);
    }

    @Test
    void aRunWhoseMessageWasLostIsWoken() {
        Run run = lost();
        bench.clock.advance(Duration.ofSeconds(41));

        assertThat(bench.reaper.sweep()).isEqualTo(new Sweep(1, 1, 0));

        bench.work();
        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void aRunThatHasJustChangedIsLeftAlone() {
        lost();
        bench.clock.advance(Duration.ofSeconds(40));

        assertThat(bench.reaper.sweep()).isEqualTo(new Sweep(1, 0, 0));
        assertThat(bench.queue.sent()).hasSize(1);
    }

    @Test
    void aRunThatIsWokenIsLeftAloneForAWhile() {
        lost();
        bench.clock.advance(Duration.ofSeconds(41));
        bench.reaper.sweep();

        assertThat(bench.reaper.sweep()).isEqualTo(new Sweep(1, 0, 0));
        bench.clock.advance(Duration.ofSeconds(41));
        assertThat(bench.reaper.sweep()).isEqualTo(new Sweep(1, 1, 0));
    }

    @Test
    void aRunInSomebodysHandsIsLeftAloneUntilTheLeaseIsOver() {
        Run run = lost();
        bench.model.plays(says("Hi.").meanwhile(() -> {
            bench.clock.advance(Duration.ofSeconds(100));
            assertThat(bench.reaper.sweep()).isEqualTo(new Sweep(1, 0, 0));
            bench.clock.advance(Duration.ofSeconds(1));
            assertThat(bench.reaper.sweep()).isEqualTo(new Sweep(1, 1, 0));
        }));

        bench.deliver(run.message());

        bench.work();
        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.model.requests()).hasSize(1);
    }

    @Test
    @DisplayName("Row 41: a finished run that the index still shows is looked at and left as it is")
    void row41() {
        bench.post(HELLO);
        bench.store.holdIndex();
        bench.work();
        bench.clock.advance(Duration.ofMinutes(5));
        String before = bench.store.snapshot();

        assertThat(bench.reaper.sweep()).isEqualTo(new Sweep(1, 0, 0));

        assertThat(bench.store.snapshot()).isEqualTo(before);
    }

    @Test
    @DisplayName("Row 41: a deleted run that the index still shows is skipped")
    void row41Deleted() {
        Run run = bench.post(HELLO);
        bench.store.holdIndex();
        bench.store.delete(run.key().conversation(), bench.clock.instant());

        assertThat(bench.reaper.sweep()).isEqualTo(new Sweep(1, 0, 0));
    }

    @Test
    void twoReapersWakeARunOnce() {
        Run run = lost();
        bench.clock.advance(Duration.ofSeconds(41));
        Run seenByBoth = bench.now(run);
        bench.reaper.sweep();

        assertThat(bench.store.resend(seenByBoth, bench.clock.instant())).isFalse();
        assertThat(bench.queue.sent()).hasSize(2);
    }

    /// The run is there, its first message is not.
    private Run lost() {
        Run run = bench.post(HELLO);
        bench.queue.clear();
        return run;
    }
}
