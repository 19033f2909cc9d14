package dev.turnpike.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.MemoryStore;
import dev.turnpike.fake.MemoryUsageStore;
import dev.turnpike.fake.PortCalls;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.PortCalls.ProcessDied;
import dev.turnpike.fake.SameThread;
import dev.turnpike.fake.SettableClock;
import dev.turnpike.model.Deadline;
import dev.turnpike.usage.UsageStore.Place;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UsageCountTest {
    private static final LocalDate FIRST = LocalDate.of(2026, 11, 27);

    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-28T12:00:30Z"));

    private final class Counting {
        final PortCalls calls = new PortCalls();
        final MemoryStore ledger = new MemoryStore(clock, Duration.ofDays(30), calls);
        final MemoryUsageStore usage = new MemoryUsageStore(ledger, calls);
        final List<Charge> charges = Charges.random(new Random(11), 400, FIRST, 2);
        final int before;

        Counting() {
            charges.forEach(charge -> ledger.abandon(charge.run(), charge.row()));
            calls.whileHanging(_ -> clock.advance(Duration.ofMinutes(1)));
            before = calls.count();
        }

        void sweepSafely() {
            try {
                var _ = calls.process(() -> sweep(usage));
            } catch (ProcessDied _) {
                // The next one goes on.
            }
        }

        void assertAllIsCountedOnce() {
            assertThat(usage.counters()).containsExactlyInAnyOrderElementsOf(DailyUse.of(charges));
        }
    }

    private UsageCount.Sweep sweep(UsageStore usage) {
        return new UsageCount(usage, SameThread::new).sweep(Deadline.in(Duration.ofSeconds(45), clock));
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void whateverGoesWrongWithAnyCallTheNextSweepMakesItGood(Fault fault) {
        var whole = new Counting();
        whole.sweepSafely();
        int count = whole.calls.count() - whole.before;
        assertThat(count).isGreaterThan(2 * UsageStore.SHARDS - 1);
        for (int i = 0; i < count; i++) {
            var counting = new Counting();
            counting.calls.hit(counting.before + i, fault);
            counting.sweepSafely();
            counting.sweepSafely();
            counting.assertAllIsCountedOnce();
        }
    }

    @Test
    void twoThatCountBesideEachOtherCountOnce() throws InterruptedException {
        var counting = new Counting();
        var other = Thread.ofVirtual().start(counting::sweepSafely);
        counting.sweepSafely();
        other.join();

        counting.assertAllIsCountedOnce();
    }

    @Test
    void aShardThatIsOutOfReachHoldsUpNoOther() {
        var counting = new Counting();
        counting.calls.hitNext("uncounted", Fault.REFUSED);

        UsageCount.Sweep sweep = sweep(counting.usage);

        assertThat(sweep.failed()).isEqualTo(1);
        assertThat(sweep.counted() + sweep(counting.usage).counted()).isEqualTo(400);
    }

    @Test
    void aRowThatIsNotUnderstoodHoldsUpNoOtherAndIsToldOf() {
        var counting = new Counting();
        Charge odd = counting.charges.get(123);
        UsageStore store = new Picky(counting.usage, odd);

        UsageCount.Sweep sweep = sweep(store);

        assertThat(sweep).isEqualTo(new UsageCount.Sweep(399, 1, odd.row().at()));
    }

    /// Written by a version that is newer than what reads it.
    private record Picky(UsageStore store, Charge odd) implements UsageStore {
        @Override
        public Stream<Place> uncounted(int shard) {
            return store.uncounted(shard);
        }

        @Override
        public int count(int shard, List<Place> places) {
            if (places.stream().anyMatch(place -> place.run().equals(odd.run()))) {
                throw new IllegalStateException("a newer version wrote it");
            }
            return store.count(shard, places);
        }

        @Override
        public List<DailyUse> read(String tenant, LocalDate first, LocalDate last) {
            return store.read(tenant, first, last);
        }

        @Override
        public Stream<Charge> counted(String tenant, LocalDate day) {
            return store.counted(tenant, day);
        }

        @Override
        public List<String> tenants() {
            return store.tenants();
        }

        @Override
        public Optional<Mark> mark(String tenant, String key) {
            return store.mark(tenant, key);
        }

        @Override
        public void put(Mark mark) {
            store.put(mark);
        }
    }
}
