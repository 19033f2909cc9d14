package dev.turnpike.remote;

import dev.turnpike.tool.ToolException;
import org.jspecify.annotations.Nullable;

/// Carries what went wrong out of the SDK's threads of control, which know unchecked exceptions only.
final class McpFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean asked;

    /// @param asked whether the server may have begun with what it was asked
    McpFailure(String message, boolean asked) {
        super(message);
        this.asked = asked;
    }

    ToolException forTool() {
        String message = String.valueOf(getMessage());
        return asked ? ToolException.outcomeUnknown(message) : new ToolException(message);
    }

    /// The one behind what the SDK has made of it.
    static @Nullable McpFailure in(@Nullable Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof McpFailure failure) {
                return failure;
            }
        }
        return null;
    }
}
