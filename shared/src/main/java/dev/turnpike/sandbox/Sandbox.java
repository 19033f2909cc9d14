package dev.turnpike.sandbox;

import dev.turnpike.tool.ToolException;
import java.time.Instant;

/// Where commands run that nobody has looked at.
public interface Sandbox {
    /// Runs the command in a fresh folder that holds the files, and waits for its end. Whatever it does outside of its
    /// answer is gone after it.
    ///
    /// @param deadline after it the answer is no longer waited for
    /// @throws ToolException the files are too large to be sent, or the sandbox can't be reached, failed or did not
    ///     answer in time
    SandboxAnswer run(SandboxRequest request, Instant deadline) throws ToolException;
}
