package dev.turnpike.model;

/// Whether the model may, must or must not call tools.
public sealed interface ToolChoice {
    ToolChoice AUTO = new Auto();

    record Auto() implements ToolChoice {}

    record None() implements ToolChoice {}

    /// At least one call of any tool.
    record Required() implements ToolChoice {}

    /// A call of this tool.
    record Named(String tool) implements ToolChoice {}
}
