package dev.turnpike.model;

import dev.turnpike.tokens.Usage;
import java.util.List;

/// A complete answer.
///
/// @param text all text, joined; empty for none
/// @param refusal empty for none
/// @param reasoning empty for none
/// @param finishReason why the provider's answer ended
/// @param usage as reported, or estimated and marked so
/// @param served what answered, which need not be what was asked
public record ModelAnswer(
        String text,
        String refusal,
        String reasoning,
        List<ToolCall> toolCalls,
        FinishReason finishReason,
        Usage usage,
        Served served) {

    /// The same, served by another.
    public ModelAnswer servedBy(Served other) {
        return new ModelAnswer(text, refusal, reasoning, toolCalls, finishReason, usage, other);
    }

    /// @param arguments JSON text as the model wrote it; `{}` where it wrote nothing
    public record ToolCall(String callId, String name, String arguments) {}

    public enum FinishReason {
        STOP,
        TOOL_CALLS,
        LENGTH,
        CONTENT_FILTER,
        /// The provider named a reason that is not one of these; treated as STOP.
        OTHER
    }
}
