package dev.turnpike.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.MemoryStore.Flaw;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Histories with many faults. `-Dsimulation.seed=<seed>` plays one of them alone.
class SimulationTest {
    private static final int SEEDS = 200;
    private static final int NIGHTLY_SEEDS = 10_000;

    private final Tools tools = new Tools();

    /// @param broken what was promised and did not hold; null for nothing
    private record History(
            long seed,
            String hash,
            int calls,
            int faults,
            @Nullable String broken) {
        boolean failed() {
            return broken != null;
        }
    }

    @Test
    void everyPromiseHoldsInEveryHistory() throws InterruptedException {
        Long only = Long.getLong("simulation.seed");
        holds(only == null ? LongStream.range(0, SEEDS) : LongStream.of(only));
    }

    @Tag("nightly")
    @Test
    void everyPromiseHoldsInTenThousandHistories() throws InterruptedException {
        holds(LongStream.range(SEEDS, NIGHTLY_SEEDS));
    }

    @ParameterizedTest
    @EnumSource
    void aFlawIsFoundAndItsSeedFindsItAgain(Flaw flaw) throws InterruptedException {
        History found = play(0, flaw);
        for (long seed = 1; seed < SEEDS && !found.failed(); seed++) {
            found = play(seed, flaw);
        }
        assertThat(found).matches(History::failed);
        assertThat(play(found.seed, flaw)).isEqualTo(found);
    }

    private void holds(LongStream seeds) throws InterruptedException {
        long start = System.nanoTime();
        List<History> histories = new ArrayList<>();
        for (long seed : seeds.toArray()) {
            histories.add(play(seed, null));
        }
        List<History> failed = histories.stream().filter(History::failed).toList();
        System.out.printf(
                "%,d histories, %,d port calls, %,d faults, %d violations in %d s%n",
                histories.size(),
                histories.stream().mapToLong(History::calls).sum(),
                histories.stream().mapToLong(History::faults).sum(),
                failed.size(),
                Duration.ofNanos(System.nanoTime() - start).toSeconds());
        failed.forEach(history -> System.out.printf(
                "seed %d breaks a promise; again: mvn -pl shared test -Dtest=SimulationTest -Dsimulation.seed=%d%n",
                history.seed, history.seed));
        assertThat(failed).isEmpty();
    }

    private History play(long seed, @Nullable Flaw flaw) throws InterruptedException {
        var simulation = new Simulation(seed, tools, flaw);
        String broken = null;
        try {
            simulation.run();
        } catch (AssertionError | RuntimeException failure) {
            broken = failure + "\n" + simulation.trace().tail();
        }
        Trace trace = simulation.trace();
        return new History(seed, trace.hash(), trace.calls(), trace.faults(), broken);
    }
}
