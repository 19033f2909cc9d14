package dev.turnpike.calls;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.run.RunStore.ToolRecord;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A call that a step has to answer.
///
/// @param index among the step's calls
/// @param approval what led to the call, if a person was asked
/// @param known what an earlier attempt of this step left of the call
/// @param tooMany whether the run has made all the calls that it may make before it comes to this one
/// @param begun whether this attempt has come to it
public record DueCall(
        int index,
        Item.ToolCall call,
        Item.@Nullable Approval approval,
        String resultId,
        @Nullable ToolRecord known,
        boolean tooMany,
        AtomicBoolean begun) {
    /// Of a call that was not made, and can be made by another run.
    public static final String NOT_BEGUN = "The run ended before the tool was started.";

    public Item.ToolResult result(String text, Outcome outcome) {
        return new Item.ToolResult(resultId, call.callId(), text, outcome, Executor.SERVER);
    }

    /// What an earlier attempt has answered; null for nothing.
    public Item.@Nullable ToolResult answered() {
        return known == null ? null : known.result();
    }
}
