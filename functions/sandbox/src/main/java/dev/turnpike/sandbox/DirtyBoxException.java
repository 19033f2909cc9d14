package dev.turnpike.sandbox;

/// Something of a command is left, processes or files, and would meet the next one.
final class DirtyBoxException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DirtyBoxException(String message) {
        super(message);
    }
}
