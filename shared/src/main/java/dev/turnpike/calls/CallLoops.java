package dev.turnpike.calls;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.run.RunError;
import dev.turnpike.run.StopReason;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Whether a model has come to call tools in vain, which it may do for as long as somebody pays.
public final class CallLoops {
    private static final int MOST_INVALID = 3;
    private static final int MOST_ALIKE = 10;

    private CallLoops() {}

    /// Why the run ends.
    ///
    /// @param error null where it is no failure
    public record End(StopReason reason, @Nullable RunError error) {}

    /// @param arguments as the model wrote them
    private record Answered(String name, String arguments, String output, Outcome outcome) {
        boolean alike(Answered other) {
            return name.equals(other.name) && arguments.equals(other.arguments) && output.equals(other.output);
        }
    }

    /// @param own items of the run so far
    /// @param added items that are about to be committed
    /// @return empty while it may go on
    public static Optional<End> end(List<Item> own, List<Item> added) {
        if (added.stream().noneMatch(Item.ToolResult.class::isInstance)) {
            return Optional.empty();
        }
        List<Answered> answered = answered(own, added);
        if (endsWith(answered, MOST_INVALID, call -> call.outcome() == Outcome.INVALID)) {
            String tool = answered.getLast().name();
            return Optional.of(new End(
                    StopReason.ERROR,
                    RunError.of(
                            "tool_error",
                            "The model called tools with arguments that they do not take, %d times in a row."
                                    .formatted(MOST_INVALID),
                            Map.of("tool", tool, "error", "invalid_arguments"))));
        }
        return endsWith(answered, MOST_ALIKE, call -> call.alike(answered.getLast()))
                ? Optional.of(new End(StopReason.REPEATED_CALLS, null))
                : Optional.empty();
    }

    private interface Is {
        boolean so(Answered call);
    }

    private static boolean endsWith(List<Answered> calls, int count, Is is) {
        return calls.size() >= count
                && calls.subList(calls.size() - count, calls.size()).stream().allMatch(is::so);
    }

    /// Calls of our tools with what they answered, in the order of the answers.
    private static List<Answered> answered(List<Item> own, List<Item> added) {
        Map<String, Item.ToolCall> calls = new HashMap<>();
        List<Answered> answered = new ArrayList<>();
        for (List<Item> items : List.of(own, added)) {
            for (Item item : items) {
                if (item instanceof Item.ToolCall call) {
                    calls.put(call.callId(), call);
                } else if (item instanceof Item.ToolResult result && result.executor() == Executor.SERVER) {
                    Item.ToolCall call = calls.get(result.callId());
                    if (call != null) {
                        answered.add(new Answered(call.name(), call.arguments(), result.output(), result.outcome()));
                    }
                }
            }
        }
        return answered;
    }
}
