package dev.turnpike.engine;

import dev.turnpike.conversation.Ids;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.engine.StepResult.Verdict;
import dev.turnpike.run.IdempotencyKeys;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.RunStore;
import dev.turnpike.run.RunStore.ToolRecord;
import dev.turnpike.run.StopReason;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolOutcome;
import dev.turnpike.tool.ToolRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Runs the calls that the model asked for, side by side, each result saved for itself.
public final class ToolStep {
    private static final String CANCELLED = "The run was cancelled before the tool ended.";

    private static final String NOT_BEGUN = "The run was cancelled before the tool was started.";

    private static final String DENIED = "The person who was asked did not allow this call.";

    private static final String USED = "This approval has been used before, so the call was not made again.";

    private static final String TOO_MANY = "The limit of tool calls for this run is reached, so the call was not made."
            + " Answer with what is known.";

    private static final String UNKNOWN = "The tool was started and its end is not known. It must not run twice, so"
            + " it was not started again; whether it had its effect is unknown.";

    private static final String LEFT = "The run ended before the tool's result was known.";

    private final RunStore runs;
    private final ToolRegistry tools;
    private final EngineSettings settings;
    private final Ids ids;
    private final Supplier<ExecutorService> toolThreads;

    public ToolStep(RunStore runs, ToolRegistry tools, EngineSettings settings, Ids ids) {
        this(runs, tools, settings, ids, Executors::newVirtualThreadPerTaskExecutor);
    }

    /// @param toolThreads asked for every step, and shut down with it
    public ToolStep(
            RunStore runs,
            ToolRegistry tools,
            EngineSettings settings,
            Ids ids,
            Supplier<ExecutorService> toolThreads) {
        this.runs = runs;
        this.tools = tools;
        this.settings = settings;
        this.ids = ids;
        this.toolThreads = toolThreads;
    }

    StepResult perform(LiveRun live, List<Item.ToolCall> calls) {
        Run run = live.run();
        List<Work> works = prepare(live, calls, run.attempts() > 1 ? runs.toolRecords(run) : Map.of());
        works.forEach(work -> live.emit(new RunEvent.ToolStarted(work.call)));
        Instant deadline = deadline(live);
        List<Item> items = new ArrayList<>();
        ExecutorService threads = toolThreads.get();
        try {
            var places = new Semaphore(settings.parallelTools());
            List<Future<Performed>> running = works.stream()
                    .map(work -> threads.submit(() -> inItsTurn(places, run, work, deadline)))
                    .toList();
            for (Work work : works) {
                Performed done = await(running.get(work.index), work, live, deadline);
                if (done.broken != null) {
                    live.emit(new RunEvent.ToolBroke(live.run().key().run(), work.call.name(), done.broken));
                }
                conclude(live, work, done.result, items);
            }
        } finally {
            // A tool that ignores its deadline is interrupted and left behind: its result is no longer wanted.
            threads.shutdownNow();
        }
        return new StepResult(items, null, -1, verdict(live, items));
    }

    /// What is said of calls that an earlier attempt may have begun, when the run ends without another: without a
    /// result, the next run would start them anew.
    StepResult leave(LiveRun live, List<Item.ToolCall> calls) {
        List<Item> items = new ArrayList<>();
        for (Work work : prepare(live, calls, runs.toolRecords(live.run()))) {
            conclude(live, work, left(live.run(), work), items);
        }
        return new StepResult(items, null, -1, new Verdict.GoOn());
    }

    /// Answers the calls that are due and that nobody has begun, because the run is cancelled: without a result, the
    /// next run would run them.
    ///
    /// @param brought what the run's last step brings
    StepResult callOff(LiveRun live, StepResult brought) {
        List<Item.ToolCall> due = StepPlan.toolsDue(live, brought.items());
        if (due.isEmpty()) {
            return brought;
        }
        List<Item> items = new ArrayList<>(brought.items());
        for (Work work : prepare(live, items.size(), due, Map.of())) {
            conclude(live, work, result(work, NOT_BEGUN, Outcome.FAILED), items);
        }
        return brought.with(items);
    }

    /// A call that a person has allowed comes into the conversation with its result.
    private static void conclude(LiveRun live, Work work, Item.ToolResult result, List<Item> items) {
        if (work.approval != null) {
            items.add(work.call);
        }
        items.add(result);
        live.emit(new RunEvent.ToolFinished(work.call, result));
    }

    private Item.ToolResult left(Run run, Work work) {
        if (work.known != null && work.known.result() != null) {
            return work.known.result();
        }
        return once(work) && mayHaveStarted(run, work)
                ? result(work, UNKNOWN, Outcome.UNKNOWN)
                : result(work, LEFT, Outcome.FAILED);
    }

    /// A holder whose lease has expired may be about to start it. It does not once we hold the intent, nor once the
    /// run's end is wanted.
    private boolean mayHaveStarted(Run run, Work work) {
        String name = work.call.name();
        return work.known != null
                || !(run.cancelRequested()
                        || runs.intend(
                                run,
                                new ToolRecord(work.index, name, IdempotencyKeys.of(run, work.index, name), null)));
    }

    /// @param approval what led to the call, if a person was asked
    /// @param known what an earlier attempt of this step left of the call
    /// @param tooMany whether the run has made all the calls that it may make before it comes to this one
    /// @param begun whether this attempt has come to it
    private record Work(
            int index,
            Item.ToolCall call,
            Item.@Nullable Approval approval,
            String resultId,
            @Nullable ToolRecord known,
            boolean tooMany,
            AtomicBoolean begun) {}

    /// @param broken what the tool threw, if nobody expected it
    private record Performed(
            Item.ToolResult result, @Nullable Throwable broken) {}

    private List<Work> prepare(LiveRun live, List<Item.ToolCall> calls, Map<Integer, ToolRecord> known) {
        return prepare(live, 0, calls, known);
    }

    /// @param before how many items come before theirs
    private List<Work> prepare(LiveRun live, int before, List<Item.ToolCall> calls, Map<Integer, ToolRecord> known) {
        long seq = live.run().endSeq() + before;
        String conversation = live.run().key().conversation().id();
        int left = live.run().request().maxToolCalls() - live.toolCalls();
        List<Work> works = new ArrayList<>();
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
            works.add(new Work(index, call, approval, result, known.get(index), tooMany, new AtomicBoolean()));
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

    private Performed inItsTurn(Semaphore places, Run run, Work work, Instant deadline) throws InterruptedException {
        places.acquire();
        try {
            work.begun.set(true);
            return perform(run, work, deadline);
        } finally {
            places.release();
        }
    }

    private Performed perform(Run run, Work work, Instant deadline) {
        String name = work.call.name();
        if (work.known != null && work.known.result() != null) {
            return new Performed(work.known.result(), null);
        }
        String refusal = refusal(run, work);
        if (refusal != null) {
            return new Performed(result(work, refusal, Outcome.FAILED), null);
        }
        String key = IdempotencyKeys.of(run, work.index, name);
        if (once(work) && (work.known != null || !runs.intend(run, new ToolRecord(work.index, name, key, null)))) {
            return new Performed(result(work, UNKNOWN, Outcome.UNKNOWN), null);
        }
        var context = new ToolContext(
                run.key().tenant(),
                run.payer().user(),
                run.key().conversation().id(),
                run.key().run(),
                key,
                deadline);
        ToolOutcome outcome = tools.run(name, work.call.arguments(), context);
        Item.ToolResult result = result(work, outcome);
        runs.saveToolResult(run, new ToolRecord(work.index, name, key, result));
        return new Performed(result, outcome instanceof ToolOutcome.Failed failed ? failed.cause() : null);
    }

    /// What speaks against a call. An approval that is not needed stays good for another run.
    private @Nullable String refusal(Run run, Work work) {
        if (work.tooMany) {
            return TOO_MANY;
        }
        if (!run.request().serverTools().contains(work.call.name())) {
            return "The tool " + work.call.name() + " is not available in this run.";
        }
        if (work.approval == null) {
            return null;
        }
        if (!work.approval.approved()) {
            return work.approval.reason() == null ? DENIED : DENIED + " Reason: " + work.approval.reason();
        }
        return runs.useApproval(run, work.approval.requestId()) ? null : USED;
    }

    /// What a tool that broke has done before is not known. One that says itself that it failed knows better.
    private Item.ToolResult result(Work work, ToolOutcome outcome) {
        return switch (outcome) {
            case ToolOutcome.Done done -> result(work, done.text(), Outcome.DONE);
            case ToolOutcome.Failed failed
            when failed.cause() != null && once(work) -> result(work, UNKNOWN, Outcome.UNKNOWN);
            case ToolOutcome.Failed failed -> result(work, failed.text(), Outcome.FAILED);
        };
    }

    private Performed await(Future<Performed> running, Work work, LiveRun live, Instant deadline) {
        if (live.cancelled()) {
            return cancelled(running, work);
        }
        Duration left = Duration.between(live.deadline().clock().instant(), deadline);
        try {
            return running.get(Math.max(1, left.toMillis()), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            running.cancel(true);
            Item.ToolResult late = once(work)
                    ? result(work, UNKNOWN, Outcome.UNKNOWN)
                    : result(work, "The tool " + work.call.name() + " did not end in time.", Outcome.FAILED);
            return new Performed(late, null);
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
    private Performed cancelled(Future<Performed> running, Work work) {
        boolean ended = !running.cancel(true) && running.state() == Future.State.SUCCESS;
        if (ended) {
            return running.resultNow();
        }
        boolean doubtful = once(work) && (work.begun.get() || work.known != null);
        Item.ToolResult cut =
                doubtful ? result(work, UNKNOWN, Outcome.UNKNOWN) : result(work, CANCELLED, Outcome.FAILED);
        return new Performed(cut, null);
    }

    /// Whether it must not be started a second time.
    private boolean once(Work work) {
        return !work.tooMany && tools.effect(work.call.name()) == Effect.ONCE;
    }

    private static Item.ToolResult result(Work work, String text, Outcome outcome) {
        return new Item.ToolResult(work.resultId, work.call.callId(), text, outcome, Executor.SERVER);
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
