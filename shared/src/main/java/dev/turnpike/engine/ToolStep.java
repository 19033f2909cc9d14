package dev.turnpike.engine;

import dev.turnpike.access.AuditLog;
import dev.turnpike.calls.DueCall;
import dev.turnpike.calls.ToolCalls;
import dev.turnpike.calls.ToolCalls.Performed;
import dev.turnpike.conversation.Ids;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.engine.StepResult.Verdict;
import dev.turnpike.policy.GuardedTools;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.RunStore;
import dev.turnpike.run.RunStore.ToolRecord;
import dev.turnpike.run.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// Runs the calls that the model asked for, side by side, each result saved for itself.
public final class ToolStep {
    private static final String CANCELLED = "The run was cancelled before the tool ended.";

    private final RunStore runs;
    private final ToolCalls toolCalls;
    private final EngineSettings settings;
    private final Ids ids;
    private final Supplier<ExecutorService> toolThreads;

    /// @param toolThreads asked for every step, and shut down with it
    public ToolStep(
            RunStore runs,
            GuardedTools tools,
            AuditLog audit,
            InstantSource clock,
            EngineSettings settings,
            Ids ids,
            Supplier<ExecutorService> toolThreads) {
        this.runs = runs;
        this.toolCalls = new ToolCalls(runs, tools, audit, clock);
        this.settings = settings;
        this.ids = ids;
        this.toolThreads = toolThreads;
    }

    StepResult perform(LiveRun live, List<Item.ToolCall> calls) {
        Run run = live.run();
        List<DueCall> works = prepare(live, calls, run.attempts() > 1 ? runs.toolRecords(run) : Map.of());
        works.forEach(work -> live.emit(new RunEvent.ToolStarted(work.call())));
        Instant deadline = deadline(live);
        List<Item> items = new ArrayList<>();
        List<DueCall> asking = new ArrayList<>();
        ExecutorService threads = toolThreads.get();
        try {
            var places = new Semaphore(settings.parallelTools());
            List<Future<Performed>> running = works.stream()
                    .map(work -> threads.submit(() -> inItsTurn(places, run, work, deadline)))
                    .toList();
            for (DueCall work : works) {
                Performed done = await(running.get(work.index()), work, live, deadline);
                if (done.broken() != null) {
                    live.emit(
                            new RunEvent.ToolBroke(run.key().run(), work.call().name(), done.broken()));
                }
                if (done.asks()) {
                    asking.add(work);
                }
                conclude(live, work, done.result(), items);
            }
        } finally {
            // A tool that ignores its deadline is interrupted and left behind: its result is no longer wanted.
            threads.shutdownNow();
        }
        asking.forEach(work -> ask(live, work, items));
        return new StepResult(items, null, -1, verdict(live, items));
    }

    /// What is said of calls that an earlier attempt may have begun, when the run ends without another: without a
    /// result, the next run would start them anew.
    StepResult leave(LiveRun live, List<Item.ToolCall> calls) {
        List<Item> items = new ArrayList<>();
        for (DueCall work : prepare(live, calls, runs.toolRecords(live.run()))) {
            conclude(live, work, toolCalls.left(live.run(), work), items);
        }
        return new StepResult(items, null, -1, new Verdict.GoOn());
    }

    /// Answers the calls that are due and that nobody has begun, because the run ends: without a result, the next run
    /// would make them.
    ///
    /// @param brought what the run's last step brings
    StepResult callOff(LiveRun live, StepResult brought) {
        List<Item.ToolCall> due = StepPlan.allDue(live, brought.items());
        if (due.isEmpty()) {
            return brought;
        }
        List<Item> items = new ArrayList<>(brought.items());
        for (DueCall work : prepare(live, items.size(), due, Map.of())) {
            conclude(live, work, work.result(DueCall.NOT_BEGUN, Outcome.FAILED), items);
        }
        return brought.with(items);
    }

    /// A call that a person has allowed comes into the conversation with its result.
    private static void conclude(LiveRun live, DueCall work, Item.ToolResult result, List<Item> items) {
        if (work.approval() != null) {
            items.add(work.call());
        }
        items.add(result);
        live.emit(new RunEvent.ToolFinished(work.call(), result));
    }

    /// A call that nobody was asked about before it came here, since it is the caller's own or the policy has changed.
    private void ask(LiveRun live, DueCall work, List<Item> items) {
        Run run = live.run();
        String conversation = run.key().conversation().id();
        String boundTo = toolCalls.boundTo(run, work.call().name());
        var request = new Item.ApprovalRequest(
                ids.item("mcpr", conversation, run.endSeq() + items.size()),
                work.call().name(),
                work.call().arguments(),
                boundTo);
        items.add(request);
        live.emit(new RunEvent.ItemOpened(request));
        live.emit(new RunEvent.ItemClosed(request));
    }

    private List<DueCall> prepare(LiveRun live, List<Item.ToolCall> calls, Map<Integer, ToolRecord> known) {
        return prepare(live, 0, calls, known);
    }

    /// @param before how many items come before theirs
    private List<DueCall> prepare(LiveRun live, int before, List<Item.ToolCall> calls, Map<Integer, ToolRecord> known) {
        long seq = live.run().endSeq() + before;
        String conversation = live.run().key().conversation().id();
        int left = live.run().request().maxToolCalls() - live.toolCalls();
        List<DueCall> works = new ArrayList<>();
        for (Item.ToolCall due : calls) {
            Item.Approval approval = due.id().isEmpty() ? approvalOf(live, due) : null;
            Item.ToolCall call = approval == null ? due : due.withId(ids.item(due.idPrefix(), conversation, seq++));
            if (approval != null) {
                live.emit(new RunEvent.ItemOpened(call));
                live.emit(new RunEvent.ItemClosed(call));
            }
            int index = works.size();
            String result = ids.item("fco", conversation, seq++);
            boolean tooMany = index >= left;
            works.add(new DueCall(index, call, approval, result, known.get(index), tooMany, new AtomicBoolean()));
        }
        return works;
    }

    private static Item.Approval approvalOf(LiveRun live, Item.ToolCall call) {
        return live.items().stream()
                .flatMap(item -> item instanceof Item.Approval approval ? Stream.of(approval) : Stream.empty())
                .filter(approval -> approval.requestId().equals(call.callId()))
                .findFirst()
                .orElseThrow();
    }

    private Instant deadline(LiveRun live) {
        Instant byTool = live.deadline().clock().instant().plus(settings.toolTimeout());
        return live.deadline().minus(settings.finishMargin()).orEarlier(byTool).at();
    }

    private Performed inItsTurn(Semaphore places, Run run, DueCall work, Instant deadline) throws InterruptedException {
        places.acquire();
        try {
            work.begun().set(true);
            return toolCalls.perform(run, work, deadline);
        } finally {
            places.release();
        }
    }

    private Performed await(Future<Performed> running, DueCall work, LiveRun live, Instant deadline) {
        if (live.cancelled()) {
            return cancelled(running, work);
        }
        Duration left = Duration.between(live.deadline().clock().instant(), deadline);
        try {
            return running.get(Math.max(1, left.toMillis()), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            running.cancel(true);
            return toolCalls.late(work);
        } catch (ExecutionException failure) {
            throw failure.getCause() instanceof RuntimeException ours ? ours : new IllegalStateException(failure);
        } catch (InterruptedException interrupt) {
            if (!live.cancelled()) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while tools were running", interrupt);
            }
            return cancelled(running, work);
        }
    }

    /// What has ended by now counts; the rest is interrupted.
    private Performed cancelled(Future<Performed> running, DueCall work) {
        boolean ended = !running.cancel(true) && running.state() == Future.State.SUCCESS;
        if (ended) {
            return running.resultNow();
        }
        return toolCalls.cut(work, CANCELLED);
    }

    private static Verdict verdict(LiveRun live, List<Item> results) {
        if (live.cancelled()) {
            return new Verdict.Stop(StopReason.CANCELLED, null);
        }
        boolean unknown = results.stream()
                .anyMatch(item -> item instanceof Item.ToolResult result && result.outcome() == Outcome.UNKNOWN);
        return unknown ? new Verdict.Stop(StopReason.OUTCOME_UNKNOWN, null) : new Verdict.GoOn();
    }
}
