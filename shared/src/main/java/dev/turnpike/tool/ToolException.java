package dev.turnpike.tool;

/// A tool could not do what it was asked. The message goes to the model, so it names the mistake and never a secret.
public final class ToolException extends Exception {
    private static final long serialVersionUID = 1L;

    public ToolException(String message) {
        super(message);
    }
}
