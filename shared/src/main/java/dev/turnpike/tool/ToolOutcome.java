package dev.turnpike.tool;

import org.jspecify.annotations.Nullable;

/// How a tool call ended. Either way there is text for the model: bounded, without NUL and lone surrogates.
public sealed interface ToolOutcome {
    String text();

    record Done(String text) implements ToolOutcome {}

    /// @param tool the name that was called
    /// @param text what went wrong, in words that help the model; never an internal message
    /// @param cause what a [Reason#BROKEN] tool threw, to be logged; null for the model's own mistakes
    record Failed(
            String tool,
            Reason reason,
            String text,
            @Nullable Throwable cause) implements ToolOutcome {}

    /// Whose mistake it was.
    enum Reason {
        /// The model called a tool that is not there.
        UNKNOWN_TOOL,
        /// The model sent arguments that the tool's schema refuses. The tool did not run.
        INVALID_ARGUMENTS,
        /// The tool ran and said what it could not do.
        REFUSED,
        /// The tool threw something that nobody expected, or can't tell what it has done.
        BROKEN
    }
}
