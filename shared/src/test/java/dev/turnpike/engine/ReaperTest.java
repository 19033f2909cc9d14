package dev.turnpike.engine;

import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.engine.Reaper.Sweep;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.PortCalls;
import dev.turnpike.fake.Workbench;
import dev.turnpike.model.Deadline;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunRequest.Lane;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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

        assertThat(bench.sweep()).isEqualTo(new Sweep(1, 1, 0, 0, 0));

        bench.work();
        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void aRunThatHasJustChangedIsLeftAlone() {
        lost();
        bench.clock.advance(Duration.ofSeconds(40));

        assertThat(bench.sweep()).isEqualTo(new Sweep(1, 0, 0, 0, 0));
        assertThat(bench.queue.sent()).hasSize(1);
    }

    @Test
    void aRunThatIsWokenIsLeftAloneForAWhile() {
        lost();
        bench.clock.advance(Duration.ofSeconds(41));
        bench.sweep();

        assertThat(bench.sweep()).isEqualTo(new Sweep(1, 0, 0, 0, 0));
        bench.clock.advance(Duration.ofSeconds(81));
        assertThat(bench.sweep()).isEqualTo(new Sweep(1, 1, 0, 0, 0));
    }

    @Test
    void aRunIsWokenInItsLane() {
        bench.post("{\"input\": \"Hello\", \"service_tier\": \"priority\"}");
        bench.queue.clear();
        bench.clock.advance(Duration.ofSeconds(41));
        bench.sweep();

        assertThat(bench.queue.lanes()).containsExactly(Lane.PRIORITY, Lane.PRIORITY);
    }

    @Test
    void aRunOfTheSlowLaneIsLeftAloneForLonger() {
        bench.post("{\"input\": \"Hello\", \"service_tier\": \"flex\"}");
        bench.queue.clear();
        bench.clock.advance(Duration.ofMinutes(10));
        assertThat(bench.sweep()).isEqualTo(new Sweep(1, 0, 0, 0, 0));

        bench.clock.advance(Duration.ofSeconds(1));
        assertThat(bench.sweep()).isEqualTo(new Sweep(1, 1, 0, 0, 0));

        bench.work();
        assertThat(bench.only().status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(bench.queue.lanes()).containsOnly(Lane.FLEX);
    }

    @Test
    void aRunInSomebodysHandsIsLeftAloneUntilTheLeaseIsOver() {
        Run run = lost();
        bench.model.plays(says("Hi.").meanwhile(() -> {
            bench.clock.advance(Duration.ofSeconds(100));
            assertThat(bench.sweep()).isEqualTo(new Sweep(1, 0, 0, 0, 0));
            bench.clock.advance(Duration.ofSeconds(1));
            assertThat(bench.sweep()).isEqualTo(new Sweep(1, 1, 0, 0, 0));
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

        assertThat(bench.sweep()).isEqualTo(new Sweep(1, 0, 0, 0, 0));

        assertThat(bench.store.snapshot()).isEqualTo(before);
    }

    @Test
    @DisplayName("Row 41: a deleted run that the index still shows is skipped")
    void row41Deleted() {
        Run run = bench.post(HELLO);
        bench.store.holdIndex();
        bench.store.delete(run.key().conversation(), bench.clock.instant());

        assertThat(bench.sweep()).isEqualTo(new Sweep(1, 0, 0, 0, 0));
    }

    @Test
    void theMoreOftenARunIsWokenInVainTheLongerItIsLeftAlone() {
        Run run = lost();
        Instant begin = bench.clock.instant();
        List<Long> woken = new ArrayList<>();

        for (int second = 0; second < 3_000; second++) {
            bench.clock.advance(Duration.ofSeconds(1));
            if (bench.sweep().woken() > 0) {
                woken.add(Duration.between(begin, bench.clock.instant()).toSeconds());
            }
        }

        assertThat(woken).containsExactly(41L, 122L, 283L, 604L, 1_205L, 1_806L, 2_407L);
        assertThat(bench.now(run).resends()).isEqualTo(7);
    }

    @Test
    void whoeverTakesItUpShowsThatWakingHelps() {
        Run run = lost();
        wakeInVain(2);
        bench.model.plays(
                says("Hi.").meanwhile(() -> assertThat(bench.now(run).resends()).isZero()));

        bench.deliver(run.message());

        assertThat(bench.now(run).status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void aRunThatNobodyTakesUpIsToldOf() {
        lost();
        wakeInVain(3);
        bench.clock.advance(Duration.ofMinutes(10));

        assertThat(bench.sweep()).isEqualTo(new Sweep(1, 1, 1, 0, 0));
    }

    @Test
    void aRunThatNobodyTakesUpEndsWhenItsTimeIsOver() {
        Run run = lost();
        bench.clock.advance(Duration.ofHours(23));
        wakeInVain(3);
        bench.clock.advance(Duration.ofHours(1));

        assertThat(bench.sweep()).isEqualTo(new Sweep(1, 1, 1, 1, 0));

        assertThat(bench.now(run).stopReason()).isEqualTo(StopReason.DEADLINE);
        assertThat(bench.model.requests()).isEmpty();
        // Whoever waits for its answer in a queue gets it from the worker, in the end.
        assertThat(bench.queue.sent()).contains(run.message());
    }

    @Test
    void aWaitingRunThatNobodyLooksAtEndsWhenItsTimeIsOver() {
        Run first = bench.post(HELLO);
        bench.engine.cancel(first.key(), Deadline.in(Workbench.INVOCATION, bench.clock));
        Run holder = bench.post(in(first));
        Run waiting = bench.post(in(first));
        assertThat(bench.now(waiting).waiting()).isTrue();
        bench.queue.clear();
        bench.clock.advance(Duration.ofHours(23));
        wakeInVain(3);
        bench.clock.advance(Duration.ofHours(1));

        assertThat(bench.sweep()).isEqualTo(new Sweep(2, 2, 2, 2, 0));

        assertThat(bench.now(holder).stopReason()).isEqualTo(StopReason.DEADLINE);
        assertThat(bench.now(waiting).stopReason()).isEqualTo(StopReason.DEADLINE);
    }

    private static String in(Run run) {
        return "{\"input\": \"Hello\", \"background\": true, \"conversation\": \"conv_%s\"}"
                .formatted(run.key().conversation().id());
    }

    @Test
    void whatASweepHasNoTimeForIsLeftToTheNext() {
        for (int i = 0; i < 30; i++) {
            lost();
        }
        bench.clock.advance(Duration.ofMinutes(1));
        bench.calls.follow((_, name) -> {
            bench.clock.advance(name.equals("find") ? Duration.ofSeconds(2) : Duration.ZERO);
            return null;
        });

        assertThat(bench.sweep().woken()).isBetween(20, 25);
    }

    @Test
    void aShardThatCantBeReadDoesNotKeepTheOthersFromTheirs() {
        for (int i = 0; i < 30; i++) {
            lost();
        }
        bench.clock.advance(Duration.ofMinutes(1));
        bench.calls.hitNext("active", PortCalls.Fault.REFUSED);

        Sweep sweep = bench.sweep();

        assertThat(sweep.failed()).isEqualTo(1);
        assertThat(sweep.woken()).isBetween(10, 29);
    }

    /// Messages are lost, or no worker lives.
    private void wakeInVain(int times) {
        for (int i = 0; i < times; i++) {
            bench.clock.advance(Duration.ofMinutes(10).plusSeconds(1));
            bench.sweep();
        }
        bench.queue.clear();
    }

    @Test
    void twoReapersWakeARunOnce() {
        Run run = lost();
        bench.clock.advance(Duration.ofSeconds(41));
        Run seenByBoth = bench.now(run);
        bench.sweep();

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
