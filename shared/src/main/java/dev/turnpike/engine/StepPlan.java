package dev.turnpike.engine;

import dev.turnpike.calls.CallLoops;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.engine.StepResult.Verdict;
import dev.turnpike.run.Limits;
import dev.turnpike.run.RunError;
import dev.turnpike.run.RunRequest.Compaction;
import dev.turnpike.run.StopReason;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Decides the next step. It looks only at what is stored, so a run resumes by being looked at.
final class StepPlan {
    private final EngineSettings settings;
    private final Prompt prompt;

    StepPlan(EngineSettings settings, Prompt prompt) {
        this.settings = settings;
        this.prompt = prompt;
    }

    /// The step to take now, by a holder who has just acquired the run.
    NextStep first(LiveRun live) {
        return limited(live, live.run().step(), due(live, List.of()));
    }

    /// What follows a step, before its result is committed.
    NextStep after(LiveRun live, StepResult result) {
        return switch (result.verdict()) {
            case Verdict.Stop(StopReason reason, RunError error) -> new NextStep.End(reason, error);
            case Verdict.PutOff(Duration delay) -> new NextStep.PutOff(delay);
            case Verdict.TryAgain(Duration delay, RunError _) ->
                live.run().request().background() ? new NextStep.HandOver(delay) : new NextStep.TryAgain();
            case Verdict.GoOn() -> limited(live, live.run().step() + 1, next(live, result));
        };
    }

    /// The tool calls that the step which is due consists of; empty for a call of the model.
    static List<Item.ToolCall> toolsDue(LiveRun live) {
        return toolsDue(live, List.of());
    }

    /// All calls that are due once these items are committed.
    static List<Item.ToolCall> allDue(LiveRun live, List<Item> added) {
        return compactsOnly(live) ? List.of() : by(owed(live, added), Executor.SERVER);
    }

    private static List<Item.ToolCall> toolsDue(LiveRun live, List<Item> added) {
        List<Item.ToolCall> due = allDue(live, added);
        // What is undone is undone in its order: each step may need what the one before it has brought back.
        return live.run().request().undoing() && !due.isEmpty() ? due.subList(0, 1) : due;
    }

    private static boolean compactsOnly(LiveRun live) {
        return live.run().request().compaction() instanceof Compaction.AtOnce;
    }

    /// @param added items that are about to be committed
    private NextStep due(LiveRun live, List<Item> added) {
        List<Item.ToolCall> server = toolsDue(live, added);
        if (!server.isEmpty()) {
            return new NextStep.CallTools(server);
        }
        if (live.run().request().undoing()) {
            return new NextStep.End(StopReason.ANSWERED, null);
        }
        return prompt.compactionDue(live, added) ? new NextStep.Compact() : new NextStep.CallModel();
    }

    private NextStep next(LiveRun live, StepResult result) {
        Optional<CallLoops.End> inVain = CallLoops.end(own(live), result.items());
        if (inVain.isPresent()) {
            return new NextStep.End(inVain.get().reason(), inVain.get().error());
        }
        if (!toolsDue(live, result.items()).isEmpty()) {
            return due(live, result.items());
        }
        if (result.items().stream().anyMatch(Item.Compaction.class::isInstance)) {
            return compactsOnly(live) ? new NextStep.End(StopReason.ANSWERED, null) : new NextStep.CallModel();
        }
        if (result.items().stream().anyMatch(Item.Draft.class::isInstance)) {
            return due(live, result.items());
        }
        // What an earlier run asked of its caller is not waited for again.
        if (!by(owed(own(live), result.items()), Executor.CLIENT).isEmpty()) {
            return new NextStep.End(StopReason.CLIENT_TOOLS, null);
        }
        if (Stream.concat(own(live).stream(), result.items().stream())
                .anyMatch(Item.ApprovalRequest.class::isInstance)) {
            return new NextStep.End(StopReason.APPROVAL, null);
        }
        boolean answered = result.row() != null || live.run().request().undoing();
        return answered ? new NextStep.End(StopReason.ANSWERED, null) : due(live, result.items());
    }

    private static List<Item> own(LiveRun live) {
        return live.items()
                .subList(live.items().size() - live.ownItems(), live.items().size());
    }

    /// Limits come before work: what is not started costs nothing.
    private NextStep limited(LiveRun live, int step, NextStep wanted) {
        if (wanted instanceof NextStep.End) {
            return wanted;
        }
        if (live.run().cancelRequested()) {
            return new NextStep.End(StopReason.CANCELLED, null);
        }
        Limits limits = live.run().limits();
        if (step >= limits.maxSteps()) {
            return new NextStep.End(StopReason.MAX_STEPS, null);
        }
        if (!live.deadline().clock().instant().isBefore(limits.deadline())) {
            return new NextStep.End(StopReason.DEADLINE, null);
        }
        Duration needed = wanted instanceof NextStep.CallTools ? settings.toolStepNeeds() : settings.modelStepNeeds();
        return live.deadline().remaining().compareTo(needed) < 0 ? new NextStep.HandOver(Duration.ZERO) : wanted;
    }

    /// Calls without a result, by call id. An id may come again in a later answer; then the later call counts. What a
    /// person has allowed counts for the run that it was sent with: an earlier run's approval is used up, or can be
    /// sent again.
    private static Map<String, Item.ToolCall> owed(LiveRun live, List<Item> added) {
        Map<String, Item.ToolCall> owed = new LinkedHashMap<>();
        int own = live.items().size() - live.ownItems();
        for (int i = 0; i < live.items().size(); i++) {
            Item item = live.items().get(i);
            if (i >= own || !(item instanceof Item.Approval)) {
                note(owed, item);
            }
        }
        added.forEach(item -> note(owed, item));
        return owed;
    }

    private static Map<String, Item.ToolCall> owed(List<Item> own, List<Item> added) {
        Map<String, Item.ToolCall> owed = new LinkedHashMap<>();
        own.forEach(item -> note(owed, item));
        added.forEach(item -> note(owed, item));
        return owed;
    }

    private static void note(Map<String, Item.ToolCall> owed, Item item) {
        switch (item) {
            case Item.ToolCall call -> owed.put(call.callId(), call);
            case Item.ToolResult result -> owed.remove(result.callId());
            case Item.Approval approval -> owed.put(approval.requestId(), approval.call());
            case Item.Message _, Item.Reasoning _, Item.ApprovalRequest _, Item.Compaction _, Item.Draft _ -> {}
        }
    }

    private static List<Item.ToolCall> by(Map<String, Item.ToolCall> owed, Executor executor) {
        return owed.values().stream()
                .filter(call -> call.executor() == executor)
                .toList();
    }
}
