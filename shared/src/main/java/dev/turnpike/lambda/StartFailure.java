package dev.turnpike.lambda;

/// The environment never got as far as its first invocation.
final class StartFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /// How far it got, and where and as what Lambda wants to hear of it.
    enum Phase {
        INIT("/init/error", "Runtime.BadFunctionCode"),
        BEFORE_CHECKPOINT("/init/error", "Runtime.BeforeCheckpointError"),
        AFTER_RESTORE("/restore/error", "Runtime.AfterRestoreError");

        private final String path;
        private final String errorType;

        Phase(String path, String errorType) {
            this.path = path;
            this.errorType = errorType;
        }

        String path() {
            return path;
        }

        String errorType() {
            return errorType;
        }
    }

    private final Phase phase;
    private final transient Throwable reason;

    StartFailure(Phase phase, Throwable reason) {
        super(reason);
        this.phase = phase;
        this.reason = reason;
    }

    Phase phase() {
        return phase;
    }

    Throwable reason() {
        return reason;
    }
}
