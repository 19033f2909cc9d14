package dev.turnpike.calls;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.policy.GuardedTools;
import dev.turnpike.run.IdempotencyKeys;
import dev.turnpike.run.Run;
import dev.turnpike.tool.Compensation;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How the effects of a run are undone: the newest first, each by the call that its tool names for that.
///
/// @param undoable in the order in which they are undone
/// @param kept what stays as it is
public record UndoPlan(List<Undoable> undoable, List<Kept> kept) {
    /// @param by what undoes it
    public record Undoable(Item.ToolCall call, Compensation by) {}

    /// @param reason why it can't be undone
    public record Kept(Item.ToolCall call, String reason) {}

    /// @param run that has ended
    /// @param items its own and, as far as they hold calls that it has answered, those before it, in their order
    public static UndoPlan of(Run run, List<StoredItem> items, GuardedTools tools) {
        Map<String, Item.ToolCall> calls = new HashMap<>();
        Map<Integer, Integer> answeredBySteps = new HashMap<>();
        var plan = new UndoPlan(new ArrayList<>(), new ArrayList<>());
        if (run.request().calls().dry()) {
            return plan;
        }
        for (StoredItem stored : items) {
            if (stored.item() instanceof Item.ToolCall call && call.executor() == Executor.SERVER) {
                calls.put(call.callId(), call);
            } else if (stored.item() instanceof Item.ToolResult result
                    && stored.seq() >= run.inputEnd()
                    && result.executor() == Executor.SERVER) {
                int index = answeredBySteps.merge(stored.step(), 1, Integer::sum) - 1;
                Item.ToolCall call = calls.get(result.callId());
                if (call != null) {
                    plan.add(call, result, context(run, stored.step(), index, call.name()), tools);
                }
            }
        }
        return new UndoPlan(plan.undoable.reversed(), List.copyOf(plan.kept));
    }

    /// The context that the call had.
    private static ToolContext context(Run run, int step, int index, String tool) {
        return new ToolContext(
                run.key().tenant(),
                run.payer().user(),
                run.key().conversation().id(),
                run.key().run(),
                IdempotencyKeys.of(run.key(), step, index, tool),
                Instant.MAX);
    }

    private void add(Item.ToolCall call, Item.ToolResult result, ToolContext context, GuardedTools tools) {
        Optional<Tool<?>> tool = tools.registry().find(call.name());
        switch (result.outcome()) {
            case INVALID -> {}
            case UNKNOWN -> kept.add(new Kept(call, "whether it had its effect is unknown"));
            case DONE -> {
                if (tool.isEmpty()) {
                    kept.add(new Kept(call, "the tool is not there any more"));
                } else if (tool.get().effect() != Effect.READ_ONLY) {
                    undo(call, result, context, tools)
                            .ifPresentOrElse(
                                    undoable::add, () -> kept.add(new Kept(call, "its tool has no way to undo it")));
                }
            }
            case FAILED -> {
                // One that was given up may have changed files all the same.
                Kind kind = tools.kind(call.name());
                if (kind == Kind.WORKSPACE || kind == Kind.SANDBOX) {
                    undo(call, result, context, tools).ifPresent(undoable::add);
                } else if (tools.effect(call.name()) != Effect.READ_ONLY && !ToolCalls.neverStarted(result.output())) {
                    kept.add(new Kept(call, "it failed, and may have had its effect all the same"));
                }
            }
        }
    }

    private static Optional<Undoable> undo(
            Item.ToolCall call, Item.ToolResult result, ToolContext context, GuardedTools tools) {
        return tools.registry()
                .compensation(call.name(), call.arguments(), result.output(), context)
                .map(by -> new Undoable(call, by));
    }
}
