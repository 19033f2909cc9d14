package dev.turnpike.tool;

/// A tool could not do what it was asked. The message goes to the model, so it names the mistake and never a
/// secret.
public final class ToolException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean outcomeUnknown;

    /// Nothing has happened that the message does not tell.
    public ToolException(String message) {
        this(message, false);
    }

    private ToolException(String message, boolean outcomeUnknown) {
        super(message);
        this.outcomeUnknown = outcomeUnknown;
    }

    /// What was asked for may have happened, or not: whoever was asked broke off, or said nothing that could
    /// be understood. Of a tool that is [Effect#ONCE] a person must find out; others may be called again.
    public static ToolException outcomeUnknown(String message) {
        return new ToolException(message, true);
    }

    public boolean isOutcomeUnknown() {
        return outcomeUnknown;
    }
}
