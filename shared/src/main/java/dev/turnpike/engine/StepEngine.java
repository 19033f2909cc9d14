package dev.turnpike.engine;

import dev.turnpike.conversation.Item;
import dev.turnpike.engine.LeaseKeeper.LeaseLostException;
import dev.turnpike.engine.StepResult.Verdict;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.model.Deadline;
import dev.turnpike.run.ItemTooLargeException;
import dev.turnpike.run.NewRun;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunError;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunStore;
import dev.turnpike.run.RunStore.Acquisition;
import dev.turnpike.run.RunStore.Cancellation;
import dev.turnpike.run.RunStore.Commit;
import dev.turnpike.run.StepCommit;
import dev.turnpike.run.StepCommit.After;
import dev.turnpike.run.StepMessage;
import dev.turnpike.run.StepQueue;
import dev.turnpike.run.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Runs steps: acquire, work, commit, next. The same engine serves the api function, which watches, and the worker.
///
/// Safety comes from the fence in every commit; clocks, leases and messages only decide who tries when.
public final class StepEngine {
    private static final Duration UNTOUCHED = Duration.ofSeconds(20);

    private final RunStore runs;
    private final StepQueue queue;
    private final ContextLoader contexts;
    private final ModelStep modelStep;
    private final ToolStep toolStep;
    private final EngineSettings settings;
    private final Charges charges;
    private final StepPlan plan;
    private final Turns turns;

    public StepEngine(
            RunStore runs,
            StepQueue queue,
            ContextLoader contexts,
            ModelStep modelStep,
            ToolStep toolStep,
            EngineSettings settings) {
        this.runs = runs;
        this.queue = queue;
        this.contexts = contexts;
        this.modelStep = modelStep;
        this.toolStep = toolStep;
        this.settings = settings;
        this.charges = modelStep.charges();
        this.plan = new StepPlan(settings, modelStep.prompt());
        this.turns = new Turns(runs, queue);
    }

    /// Serves a message.
    ///
    /// @param deadline end of the invocation
    /// @param watcher told of everything, on this thread
    public Outcome advance(StepMessage message, Deadline deadline, Consumer<RunEvent> watcher) {
        return serve(message, deadline.clock().instant(), deadline, watcher);
    }

    private Outcome serve(StepMessage message, Instant now, Deadline deadline, Consumer<RunEvent> watcher) {
        Acquisition acquisition =
                runs.acquire(message.run(), message.step(), now, leaseUntil(deadline), settings.owner());
        return switch (acquisition) {
            case Acquisition.Acquired(Run run) -> drive(run, null, deadline, watcher);
            case Acquisition.Held(Instant until) -> new Outcome.NotNow(until);
            case Acquisition.Waiting(Run run) ->
                turns.await(run, now).orElseGet(() -> serve(message, now, deadline, watcher));
            case Acquisition.Stale(Run run) -> repair(run, now);
            case Acquisition.Exhausted(Run run) -> giveUp(run, deadline, watcher);
            case Acquisition.Ended(Run run) -> new Outcome.Ended(run);
            case Acquisition.Unknown() -> new Outcome.Ignored("no such run");
        };
    }

    /// Takes steps of a run that the caller has created and holds, until it ends or the time is up.
    ///
    /// @param watcher told of everything, on this thread
    /// @param input the run's items, which the caller has just written
    public Outcome start(Run created, List<Item> input, Deadline deadline, Consumer<RunEvent> watcher) {
        return drive(created, input, deadline, watcher);
    }

    private Outcome drive(Run run, @Nullable List<Item> own, Deadline deadline, Consumer<RunEvent> watcher) {
        var lease = new LeaseKeeper(runs, settings, deadline.clock(), run);
        try {
            return drive(contexts.load(run, own, deadline, watcher, lease));
        } catch (LeaseLostException _) {
            return new Outcome.NotNow(deadline.clock().instant());
        }
    }

    /// Asks for the end of a run, and ends it at once if nobody works on it. Whoever does notices within seconds.
    public Outcome cancel(RunKey key, Deadline deadline) {
        Instant now = deadline.clock().instant();
        return switch (runs.requestCancel(key, now)) {
            case Cancellation.Noted(Run run) -> {
                // A try that is to come later is not waited for.
                Instant due = run.leaseUntil().isAfter(Instant.EPOCH) ? now : latest(now, run.changedAt());
                yield serve(run.message(), due, deadline, _ -> {});
            }
            case Cancellation.Ended(Run run) -> new Outcome.Ended(run);
            case Cancellation.Unknown() -> new Outcome.Ignored("no such run");
        };
    }

    private static Instant latest(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /// The loop.
    private Outcome drive(LiveRun live) {
        live.taken();
        NextStep next = plan.first(live);
        while (true) {
            switch (next) {
                case NextStep.CallModel() -> next = settle(live, watched(live, () -> modelStep.perform(live)));
                case NextStep.Compact() -> next = settle(live, watched(live, () -> modelStep.compact(live)));
                case NextStep.CallTools(var calls) ->
                    next = settle(live, watched(live, () -> toolStep.perform(live, calls)));
                case NextStep.TryAgain() -> next = takeAgain(live);
                case NextStep.HandOver(Duration delay) -> {
                    return handOver(live, delay, runs::release);
                }
                case NextStep.PutOff(Duration delay) -> {
                    return handOver(live, delay, runs::putOff);
                }
                case NextStep.End(StopReason reason, RunError error) -> {
                    return end(live, reason, error);
                }
                case NextStep.LetGo() -> {
                    return new Outcome.NotNow(live.run().leaseUntil());
                }
            }
        }
    }

    /// Background runs can be cancelled in the middle of a step; whoever waits for another closes the connection.
    private StepResult watched(LiveRun live, Supplier<StepResult> step) {
        RunKey key = live.run().key();
        if (!live.run().request().background()) {
            return step.get();
        }
        try (var watch = CancelWatch.start(() -> runs.cancelRequested(key), settings.cancelInterval())) {
            live.watchedBy(watch);
            return step.get();
        } finally {
            live.watchedBy(null);
        }
    }

    /// Commits what a step brought, together with what becomes of the run, and says what is next.
    private NextStep settle(LiveRun live, StepResult result) {
        if (!result.verdict().commits()) {
            // An attempt that does not count hides those before it from whoever comes next.
            if (result.verdict() instanceof Verdict.PutOff) {
                recordLostAttempts(live, null, live.run().fence());
            }
            charges.abandon(live, result.row());
            return plan.after(live, result);
        }
        recordLostAttempts(live, result.row(), live.run().fence());
        try {
            return save(live, result, plan.after(live, result));
        } catch (ItemTooLargeException _) {
            StepResult without = result.unstorable();
            return save(live, without, plan.after(live, without));
        }
    }

    private NextStep save(LiveRun live, StepResult brought, NextStep next) {
        StepResult result = callsOff(live, next) ? toolStep.callOff(live, brought) : brought;
        After after = switch (next) {
            case NextStep.CallModel _, NextStep.Compact _, NextStep.CallTools _ ->
                new After.Keep(leaseUntil(live.deadline()), settings.owner());
            case NextStep.End(StopReason reason, RunError error) -> new After.Finish(reason, error);
            case NextStep.HandOver _, NextStep.PutOff _, NextStep.TryAgain _, NextStep.LetGo _ -> new After.Release();
        };
        return switch (runs.commit(stepCommit(live, result, after))) {
            case Commit.Committed(Run run) -> {
                charges.settle(live, result.row());
                live.committed(run, result.items());
                if (result.row() != null) {
                    live.emit(new RunEvent.Settled(result.row()));
                }
                yield next;
            }
            // A second transaction: what was paid for is kept, and the run ends.
            case Commit.CancelRequested() -> save(live, result, new NextStep.End(StopReason.CANCELLED, null));
            case Commit.FencedOut() -> {
                // Its answer is in vain, and paid.
                charges.abandon(live, result.row() == null ? null : result.row().abandoned());
                yield new NextStep.LetGo();
            }
        };
    }

    /// What a run that is cancelled leaves undone nobody wants, and what undoes another goes on by asking for it again.
    private static boolean callsOff(LiveRun live, NextStep next) {
        return next instanceof NextStep.End(StopReason reason, var _)
                && (reason == StopReason.CANCELLED || live.run().request().undoing());
    }

    private static StepCommit stepCommit(LiveRun live, StepResult result, After after) {
        Instant now = live.deadline().clock().instant();
        return new StepCommit(
                live.run(), result.taken(), result.items(), result.row(), result.ttftMillis(), after, now);
    }

    /// Earlier attempts of this step died on the way; each may have paid for the same prompt.
    ///
    /// @param settled what this attempt used; null for nothing
    /// @param before the fence of the first attempt that is not lost
    private void recordLostAttempts(LiveRun live, @Nullable LedgerRow settled, long before) {
        Run run = live.run();
        long first = run.fence() - run.attempts() + 1;
        if (first >= before || !StepPlan.toolsDue(live).isEmpty()) {
            return;
        }
        for (long fence = first; fence < before; fence++) {
            charges.lose(live, settled, fence);
        }
    }

    private Outcome end(LiveRun live, StopReason reason, @Nullable RunError error) {
        if (!live.run().status().terminal()) {
            recordLostAttempts(live, null, live.run().fence());
            StepResult left = live.run().attempts() > 1 ? leave(live) : StepResult.NONE;
            if (!(save(live, left, new NextStep.End(reason, error)) instanceof NextStep.End)) {
                return new Outcome.NotNow(live.run().leaseUntil());
            }
        }
        return ended(live);
    }

    private Outcome ended(LiveRun live) {
        charges.warning(live)
                .ifPresent(warning ->
                        live.emit(new RunEvent.Warned(live.run().key().run(), warning)));
        live.emit(new RunEvent.Ended(live.run()));
        return new Outcome.Ended(live.run());
    }

    /// The run ends, and earlier attempts may have begun the tools that are due.
    private StepResult leave(LiveRun live) {
        List<Item.ToolCall> due = StepPlan.toolsDue(live);
        return due.isEmpty() ? StepResult.NONE : toolStep.leave(live, due);
    }

    /// Another attempt has another fence: its ledger row is its own.
    private NextStep takeAgain(LiveRun live) {
        Run run = live.run();
        Instant now = live.deadline().clock().instant();
        runs.release(run, now);
        Acquisition again = runs.acquire(run.key(), run.step(), now, leaseUntil(live.deadline()), settings.owner());
        if (again instanceof Acquisition.Acquired(Run taken)) {
            live.committed(taken, List.of());
            return plan.first(live);
        }
        // Somebody was quicker, and goes on.
        return new NextStep.LetGo();
    }

    /// Gives the lease back first: a message that arrives before that would find it held.
    private Outcome handOver(LiveRun live, Duration delay, BiConsumer<Run, Instant> giveBack) {
        Run run = live.run();
        if (run.leaseUntil().isAfter(Instant.EPOCH)) {
            giveBack.accept(run, live.deadline().clock().instant().plus(delay));
        }
        queue.wake(run, delay);
        return new Outcome.HandedOver(run);
    }

    /// The message is old. If the run it belongs to has been lying still, its own message may be lost.
    private Outcome repair(Run run, Instant now) {
        boolean still = run.leaseUntil().isBefore(now) && run.changedAt().isBefore(now.minus(UNTOUCHED));
        if (!run.status().terminal() && still && runs.resend(run, now)) {
            queue.wake(run, Duration.ZERO);
        }
        return new Outcome.Ignored("stale step");
    }

    private Outcome giveUp(Run run, Deadline deadline, Consumer<RunEvent> watcher) {
        var lease = new LeaseKeeper(runs, settings, deadline.clock(), run);
        try {
            return giveUp(contexts.load(run, null, deadline, watcher, lease));
        } catch (LeaseLostException _) {
            return new Outcome.Ignored("moved on");
        }
    }

    /// Every attempt of the step is lost. The last of them may still live and commit, so it counts as lost only when
    /// the run has ended.
    private Outcome giveUp(LiveRun live) {
        Run run = live.run();
        recordLostAttempts(live, null, run.fence());
        boolean model = StepPlan.toolsDue(live).isEmpty();
        var exhausted = new NextStep.End(StopReason.ERROR, RunError.STEP_ATTEMPTS_EXHAUSTED);
        if (!(save(live, leave(live), exhausted) instanceof NextStep.End)) {
            return new Outcome.Ignored("moved on");
        }
        if (model) {
            charges.lose(live, null, run.fence());
        }
        return ended(live);
    }

    private Instant leaseUntil(Deadline deadline) {
        return deadline.clock().instant().plus(settings.lease());
    }

    /// The lease that a caller of [#start] creates its run with.
    public NewRun.Lease firstLease(Deadline deadline) {
        return new NewRun.Lease(settings.owner(), leaseUntil(deadline));
    }
}
