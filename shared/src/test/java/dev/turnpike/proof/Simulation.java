package dev.turnpike.proof;

import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.fails;
import static dev.turnpike.fake.ScriptedModel.Script.says;

import dev.turnpike.admission.Admission;
import dev.turnpike.engine.Outcome;
import dev.turnpike.fake.MemoryQueue.Delivery;
import dev.turnpike.fake.MemoryStore.Flaw;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.PortCalls.ProcessDied;
import dev.turnpike.fake.ScriptedModel.Script;
import dev.turnpike.fake.Workbench;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.run.Run;
import dev.turnpike.run.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One history: callers, workers and a reaper at work on a few runs, while whatever can go wrong does. The seed decides
/// everything, so the same seed is the same history again.
final class Simulation {
    /// When the faults stop, every run ends within this time: longer than the longest freeze, all attempts of a step
    /// and the pauses between them.
    private static final Duration LONGEST_RECOVERY = Duration.ofHours(4);

    private static final List<Fault> FAULTS = List.of(Fault.values());

    /// Of all calls, in the worst of histories.
    private static final double MOST_FAULTS = 0.3;

    /// None, plenty, and fewer than the runs want.
    private static final List<Optional<String[]>> CAPS = List.of(
            Optional.empty(),
            Optional.of(new String[] {"tenant/month=1usd", "key/day=1000000tokens"}),
            Optional.of(new String[] {"tenant=5000tokens", "conversation=3000tokens", "user/minute=4000tokens"}));

    private static final Duration SHORT_INVOCATION = Duration.ofSeconds(40);
    private static final Duration VISIBILITY = Duration.ofMinutes(90);
    private static final Duration RETRY = Duration.ofSeconds(20);

    private final Random random;
    private final Workbench bench;
    private final Promises promises;
    private final Stage stage;
    private final Trace trace;
    private final double faultRate;
    private final Instant faultsEnd;
    private Instant throttledUntil = Instant.MIN;
    private int callers;
    private boolean closing;
    private boolean quiet;

    /// @param flaw planted in the store; null for none
    Simulation(long seed, Tools tools, @Nullable Flaw flaw) {
        random = new Random(seed);
        var mishaps = new Random(~seed);
        bench = tools.bench();
        promises = new Promises(bench, tools);
        stage = new Stage(random, bench.clock);
        trace = new Trace(bench.clock);
        faultRate = random.nextDouble(MOST_FAULTS);
        faultsEnd = bench.clock.instant().plusSeconds(random.nextInt(60, 1_800));
        if (flaw != null) {
            bench.store.plant(flaw);
        }
        bench.model.improvises(_ -> script());
        CAPS.get(random.nextInt(CAPS.size())).ifPresent(bench::caps);
        bench.calls.follow(this::next);
        bench.usageCalls.follow(
                (_, _) -> faults() && mishaps.nextInt(5) == 0 ? FAULTS.get(mishaps.nextInt(FAULTS.size())) : null);
        bench.usageCalls.whileHanging(_ -> {});
        bench.calls.whileHanging(_ -> stage.sleep(freeze()));
    }

    /// What has happened so far.
    Trace trace() {
        return trace;
    }

    /// Ends when all runs have and nobody does anything any more.
    ///
    /// @throws AssertionError a promise was broken
    void run() throws InterruptedException {
        callers = random.nextInt(1, 6);
        for (int i = 0; i < callers; i++) {
            stage.add("caller-" + i, this::call);
        }
        int workers = random.nextInt(1, 5);
        for (int i = 0; i < workers; i++) {
            stage.add("worker-" + i, this::work);
        }
        stage.add("reaper", this::reap);
        stage.add("troublemaker", this::makeTrouble);
        stage.add("director", this::direct);
        stage.play();
        quiet = true;
        promises.check();
    }

    // What goes wrong.

    private @Nullable Fault next(int number, String name) {
        if (quiet) {
            return null;
        }
        stage.pass();
        Fault fault = faults() ? draw() : null;
        trace.add(stage.name(), name, fault);
        return fault;
    }

    private boolean faults() {
        return bench.clock.instant().isBefore(faultsEnd);
    }

    private @Nullable Fault draw() {
        if (bench.clock.instant().isBefore(throttledUntil)) {
            return Fault.REFUSED;
        }
        return random.nextDouble() < faultRate ? FAULTS.get(random.nextInt(FAULTS.size())) : null;
    }

    /// Shorter than a lease, longer than a lease, longer than an invocation.
    private Duration freeze() {
        return switch (random.nextInt(3)) {
            case 0 -> Duration.ofSeconds(random.nextInt(1, 60));
            case 1 -> Duration.ofSeconds(random.nextInt(60, 300));
            default -> Workbench.INVOCATION.plusSeconds(random.nextInt(60));
        };
    }

    private void makeTrouble() {
        while (faults()) {
            stage.sleep(Duration.ofSeconds(random.nextInt(1, 120)));
            switch (random.nextInt(6)) {
                case 0 -> bench.store.holdIndex();
                case 1, 2 -> bench.store.letGoOfIndex();
                case 3 -> throttledUntil = bench.clock.instant().plusSeconds(random.nextInt(1, 20));
                case 4 -> any(_ -> true).ifPresent(this::cancel);
                default -> any(_ -> random.nextInt(4) == 0).ifPresent(this::delete);
            }
        }
        bench.store.letGoOfIndex();
    }

    private void cancel(Run run) {
        trace.note("cancel " + run.key().run());
        attempt(() -> bench.engine.cancel(run.key(), Deadline.in(Workbench.INVOCATION, bench.clock)));
    }

    private void delete(Run run) {
        trace.note("delete " + run.key().conversation().id());
        promises.deleted();
        attempt(() -> bench.store.delete(run.key().conversation(), bench.clock.instant()));
    }

    private Optional<Run> any(Predicate<Run> which) {
        List<Run> runs = bench.store.runs().stream()
                .sorted(Comparator.comparing(run -> run.key().run()))
                .filter(which)
                .toList();
        return runs.isEmpty() ? Optional.empty() : Optional.of(runs.get(random.nextInt(runs.size())));
    }

    // The model.

    private Script script() {
        Script script = switch (random.nextInt(8)) {
            case 0 -> calls("look");
            case 1 -> calls("mail", "mail");
            case 2 -> calls("pay");
            case 3 -> calls("look", "mail", "pay", "pay");
            case 4 -> faults() ? fails(Kind.RATE_LIMITED) : says("Done.");
            default -> says("Do", "ne.");
        };
        Duration pause = Duration.ofSeconds(random.nextInt(30));
        return script.beforeEach(() -> stage.sleep(pause));
    }

    // Those who keep the runs going.

    private void call() {
        int calls = random.nextInt(1, 4);
        for (int i = 0; i < calls; i++) {
            stage.sleep(Duration.ofSeconds(random.nextInt(300)));
            boolean background = random.nextInt(3) > 0;
            ask("{\"input\": \"Hello\", \"background\": " + background + history() + "}", background);
        }
        callers--;
    }

    /// A conversation of its own, or another's, whether somebody is at work there or not.
    private String history() {
        return switch (random.nextInt(4)) {
            case 0 -> "";
            case 1 ->
                any(_ -> true)
                        .map(run -> ", \"previous_response_id\": \"" + run.key().responseId() + '"')
                        .orElse("");
            default ->
                any(_ -> true)
                        .map(run -> ", \"conversation\": \"conv_"
                                + run.key().conversation().id() + '"')
                        .orElse("");
        };
    }

    private void ask(String json, boolean background) {
        attempt(() -> {
            var deadline = Deadline.in(Workbench.INVOCATION, bench.clock);
            var lease = background ? null : bench.engine.firstLease(deadline);
            if (!(bench.admission.admit(bench.application(json, lease)) instanceof Admission.Admitted admitted)) {
                return "not now";
            }
            if (background) {
                bench.queue.wake(admitted.run(), Duration.ZERO);
                return "queued";
            }
            return bench.engine.start(admitted.run(), admitted.input(), deadline, _ -> {});
        });
    }

    private void work() {
        while (!closing) {
            bench.queue
                    .receive(random)
                    .ifPresentOrElse(this::serve, () -> stage.sleep(Duration.ofMillis(random.nextInt(1, 10_000))));
        }
    }

    private void serve(Delivery delivery) {
        Duration time = random.nextInt(3) == 0 ? SHORT_INVOCATION : Workbench.INVOCATION;
        if (faults() && random.nextInt(10) == 0) {
            // Delivered twice.
            bench.queue.putBack(delivery, bench.clock.instant().plusMillis(random.nextInt(60_000)));
        }
        try {
            if (bench.deliver(delivery.message(), time) instanceof Outcome.NotNow(Instant until)) {
                Instant soon = bench.clock.instant().plusSeconds(random.nextInt(1, 5));
                bench.queue.putBack(delivery, until.isAfter(soon) ? until.plusSeconds(1) : soon);
            }
        } catch (StoreUnavailableException _) {
            bench.queue.putBack(delivery, bench.clock.instant().plus(RETRY));
        } catch (ProcessDied _) {
            bench.queue.putBack(delivery, bench.clock.instant().plus(VISIBILITY));
        }
    }

    private void reap() {
        while (!closing) {
            stage.sleep(Duration.ofSeconds(faults() ? random.nextInt(5, 180) : 60));
            attempt(bench::sweep);
            attempt(bench::count);
        }
    }

    private interface Action<T> {
        T take();
    }

    /// A process that may fail as planned, and in no other way.
    private <T> void attempt(Action<T> action) {
        try {
            var _ = bench.calls.process(action::take);
        } catch (StoreUnavailableException | ProcessDied _) {
            // Whoever asked is told that it failed; what was begun goes on all the same.
        }
    }

    /// Closes when all is done.
    private void direct() {
        while (faults() || callers > 0 || active().isPresent()) {
            stage.sleep(Duration.ofMinutes(1));
            if (bench.clock.instant().isAfter(faultsEnd.plus(LONGEST_RECOVERY))) {
                throw new AssertionError("a run does not end: " + active());
            }
        }
        closing = true;
    }

    private Optional<Run> active() {
        return any(run -> !run.status().terminal());
    }
}
