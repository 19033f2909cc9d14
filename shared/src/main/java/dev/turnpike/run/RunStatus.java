package dev.turnpike.run;

/// Where a run is. It moves downwards only, and a terminal status never changes.
public enum RunStatus {
    QUEUED,
    IN_PROGRESS,
    COMPLETED,
    FAILED,
    CANCELLED,
    INCOMPLETE;

    public boolean terminal() {
        return this != QUEUED && this != IN_PROGRESS;
    }
}
