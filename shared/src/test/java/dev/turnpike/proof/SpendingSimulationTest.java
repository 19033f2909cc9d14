package dev.turnpike.proof;

import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Cap.Period;
import dev.turnpike.access.Cap.Scope;
import dev.turnpike.budget.Account;
import dev.turnpike.engine.Outcome;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.MemoryQueue.Delivery;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.PortCalls.ProcessDied;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.fake.Workbench;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.UsageEstimate;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StopReason;
import dev.turnpike.tokens.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Many runs of random length and price against one cap, interleaved at every call of a port; looked at after each.
class SpendingSimulationTest {
    private static final int RUNS = 64;
    private static final int WORKERS = 16;
    private static final Cap CAP = Cap.parse("tenant=5usd");
    private static final Account TENANT = new Account(Workbench.TENANT, Scope.TENANT, "");
    private static final List<String> MODELS = List.of("gpt-4o-mini", "gpt-4o", "gpt-4.1", "gpt-4", "o1");

    private final Tools tools = new Tools();
    private final Workbench bench = tools.bench();
    private final UsageEstimate estimate = new UsageEstimate(String::length);

    /// What the provider's own meter says, in micro-USD; of calls that were broken off, too.
    private long metered;

    private long highest;
    private int looks;
    private double dying;

    @Test
    void sixtyFourRunsSpendAllOfACapAndNeverMore() throws InterruptedException {
        play(1);

        long spent = used().micros();
        int stopped = (int) bench.store.runs().stream()
                .filter(run -> run.stopReason() == StopReason.SPENDING_CAP)
                .count();
        assertThat(spent).isEqualTo(metered);
        assertThat(stopped).isGreaterThan(RUNS / 2);
        assertThat(spent).isGreaterThanOrEqualTo(CAP.amount() * 97 / 100);
        Invariants.checkAccounts(bench.store, bench.accounts, bench.clock.instant());
        bench.caps("tenant=1000usd");
        goOn();
        System.out.printf(
                "%d runs against %s: metered %.6f, %.1f %% of it; at most %.6f with what was held, in %,d looks;"
                        + " %d met the cap, and %d of %d finished once it was raised%n",
                RUNS,
                CAP,
                spent / 1e6,
                spent * 100.0 / CAP.amount(),
                highest / 1e6,
                looks,
                stopped,
                bench.store.runs().stream()
                        .filter(run -> run.stopReason() == StopReason.ANSWERED)
                        .count(),
                RUNS);
        assertThat(bench.store.runs())
                .filteredOn(run -> run.stopReason() == StopReason.ANSWERED)
                .hasSize(RUNS);
        Invariants.check(bench.store);
    }

    @ParameterizedTest
    @ValueSource(longs = {2, 3, 4})
    void workersThatDieDoNotLetRunsSpendMore(long seed) throws InterruptedException {
        dying = 0.01;

        play(seed);

        assertThat(used().micros()).isGreaterThanOrEqualTo(metered);
        Invariants.check(bench.store);
        Invariants.checkAccounts(bench.store, bench.accounts, bench.clock.instant());
    }

    private Amount used() {
        return bench.accounts.balance(TENANT, bench.clock.instant()).in(Period.TOTAL);
    }

    private void play(long seed) throws InterruptedException {
        var random = new Random(seed);
        var stage = new Stage(random, bench.clock);
        bench.caps(CAP.toString());
        bench.model.improvises(request -> script(request, random, stage));
        for (int i = 0; i < RUNS; i++) {
            bench.post("{\"input\": \"Hello\", \"background\": true}", MODELS.get(random.nextInt(MODELS.size())));
        }
        bench.calls.follow((_, _) -> {
            look();
            stage.pass();
            boolean dies = random.nextDouble() < dying;
            return dies ? (random.nextBoolean() ? Fault.DIES_BEFORE : Fault.DIES_AFTER) : null;
        });
        for (int i = 0; i < WORKERS; i++) {
            stage.add("worker-" + i, () -> work(stage));
        }
        stage.add("reaper", () -> reap(stage));
        stage.play();
        bench.calls.follow((_, _) -> null);
        look();
    }

    private void look() {
        long used = used().micros();
        looks++;
        highest = Math.max(highest, used);
        assertThat(used).as("used and held").isLessThanOrEqualTo(CAP.amount());
        assertThat(metered).as("metered by the provider").isLessThanOrEqualTo(CAP.amount());
    }

    /// Uses no more than the provider would: what the prompt has, and the output that it is allowed.
    private Script script(ModelRequest request, Random random, Stage stage) {
        int most = request.maxOutputTokens();
        int output = random.nextInt(16, 1_000);
        boolean cut = output >= most;
        long input = estimate.of(request, "").inputTokens();
        Usage usage = Usage.reported(input, 0, Math.min(output, most), 0);
        Script script = random.nextInt(25) == 0 ? says("Done.") : calls("look");
        metered += costOf(request, usage);
        return (cut ? says("Cut").ending(FinishReason.LENGTH) : script)
                .using(usage)
                .beforeEach(() -> stage.sleep(Duration.ofSeconds(random.nextInt(1, 20))));
    }

    private static long costOf(ModelRequest request, Usage usage) {
        @Nullable
        Long micros = Workbench.PRICES
                .cost(request.model(), usage, Instant.parse("2026-11-01T12:00:00Z"))
                .micros();
        return micros == null ? 0 : micros;
    }

    private void work(Stage stage) {
        while (active()) {
            bench.queue.receive(new Random(1)).ifPresentOrElse(this::serve, () -> stage.sleep(Duration.ofSeconds(1)));
        }
    }

    private void reap(Stage stage) {
        while (active()) {
            stage.sleep(Duration.ofMinutes(1));
            try {
                var _ = bench.calls.process(bench::sweep);
            } catch (ProcessDied _) {
                // The next minute has another.
            }
        }
    }

    private void serve(Delivery delivery) {
        try {
            if (bench.deliver(delivery.message()) instanceof Outcome.NotNow(Instant until)) {
                Instant soon = bench.clock.instant().plusSeconds(2);
                bench.queue.putBack(delivery, until.isAfter(soon) ? until.plusSeconds(1) : soon);
            }
        } catch (ProcessDied _) {
            bench.queue.putBack(delivery, bench.clock.instant().plus(Duration.ofMinutes(90)));
        }
    }

    private boolean active() {
        return bench.store.runs().stream().anyMatch(run -> !run.status().terminal());
    }

    /// Each run that met the cap is gone on from.
    private void goOn() {
        bench.model.improvises(_ -> says("Done."));
        for (Run run : bench.store.runs()) {
            if (run.status() == RunStatus.INCOMPLETE) {
                bench.post(
                        "{\"input\": [], \"background\": true, \"previous_response_id\": \"%s\"}"
                                .formatted(run.key().responseId()),
                        run.request().model());
            }
        }
        bench.work();
    }
}
