package dev.turnpike.run;

import dev.turnpike.conversation.Item;
import dev.turnpike.ledger.LedgerRow;
import java.util.List;

/// What a run does while it does it, for whoever watches. Watching is optional: nothing depends on it.
public sealed interface RunEvent {
    /// A holder takes the run up, as its first one or after another. The first event of each.
    ///
    /// @param output what the run has put out so far, all of it committed
    record Taken(Run run, List<Item> output) implements RunEvent {}

    /// An output item begins. A message has no parts yet, a call no arguments, reasoning no text.
    record ItemOpened(Item item) implements RunEvent {}

    /// @param text never empty
    record TextDelta(String item, String text) implements RunEvent {}

    record RefusalDelta(String item, String text) implements RunEvent {}

    record ReasoningDelta(String item, String text) implements RunEvent {}

    record ArgumentsDelta(String item, String text) implements RunEvent {}

    /// The item is complete, or cut where it says so. A server's call stays open for its result.
    record ItemClosed(Item item) implements RunEvent {}

    /// A server-side call starts to run.
    record ToolStarted(Item.ToolCall call) implements RunEvent {}

    /// Also told of a call that was cut before its end: it did not run, and was not closed before.
    record ToolFinished(Item.ToolCall call, Item.ToolResult result) implements RunEvent {}

    /// A tool threw what nobody expected. The model is told only that it failed; the cause is for the log.
    record ToolBroke(String run, String tool, Throwable cause) implements RunEvent {}

    /// A model call has been written to the ledger.
    record Settled(LedgerRow row) implements RunEvent {}

    /// Something that should be known, and that changes nothing.
    record Warned(String run, String warning) implements RunEvent {}

    /// The run has ended, and the store knows it. The last event.
    record Ended(Run run) implements RunEvent {}
}
