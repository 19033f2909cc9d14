package dev.turnpike.model;

/// What a model's answer brings while it arrives, in order of arrival.
public sealed interface StreamEvent {
    /// @param text never empty
    record TextDelta(String text) implements StreamEvent {}

    record RefusalDelta(String text) implements StreamEvent {}

    record ReasoningDelta(String text) implements StreamEvent {}

    /// A call's name is known now. Arguments that came before its name follow as one delta.
    ///
    /// @param call 0, 1, 2, … in order of first appearance
    /// @param callId the provider's id, or a generated one where it gave none
    record ToolCallStarted(int call, String callId, String name) implements StreamEvent {}

    /// The provider has sent something, if only to keep the connection: it is not dead. Comes more often than the
    /// others.
    record Alive() implements StreamEvent {}

    StreamEvent ALIVE = new Alive();

    /// Something for the log, which changes nothing.
    ///
    /// @param text without anything that a caller or a model has said
    record Warning(String text) implements StreamEvent {}

    record ToolCallDelta(int call, String arguments) implements StreamEvent {}
}
