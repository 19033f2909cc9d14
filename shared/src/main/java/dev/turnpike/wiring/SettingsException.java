package dev.turnpike.wiring;

/// The deployment's settings can't be used. The message names the variable and says what to put there, never what a
/// secret contains.
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SettingsException(String message) {
        super(message);
    }
}
