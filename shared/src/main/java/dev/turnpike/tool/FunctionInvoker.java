package dev.turnpike.tool;

import java.time.Instant;

/// Calls other Lambda functions and waits for what they answer.
public interface FunctionInvoker {
    /// @param function name or ARN
    /// @param payload JSON text in UTF-8, at most 6 MB
    /// @return what it answers: JSON text in UTF-8
    /// @throws ToolException it can't be called, or, with an [unknown
    ///     outcome][ToolException#isOutcomeUnknown()], failed or did not answer by the deadline; what it said
    ///     of the failure stays out of the message
    byte[] invoke(String function, byte[] payload, Instant deadline) throws ToolException;
}
