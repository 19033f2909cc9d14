package dev.turnpike.engine;

import dev.turnpike.conversation.Item;
import dev.turnpike.run.RunError;
import dev.turnpike.run.StopReason;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a run does next.
public sealed interface NextStep {
    record CallModel() implements NextStep {}

    /// The model summarises the older part of what it is shown.
    record Compact() implements NextStep {}

    /// @param calls server-side calls that the conversation owes a result
    record CallTools(List<Item.ToolCall> calls) implements NextStep {}

    record End(StopReason reason, @Nullable RunError error) implements NextStep {}

    /// Somebody else, or the same function later, goes on.
    record HandOver(Duration delay) implements NextStep {}

    /// The same, and this attempt counts for nothing.
    record PutOff(Duration delay) implements NextStep {}

    /// The same holder makes another attempt at once.
    record TryAgain() implements NextStep {}

    /// The lease is somebody else's now: whatever was done here is discarded.
    record LetGo() implements NextStep {}
}
