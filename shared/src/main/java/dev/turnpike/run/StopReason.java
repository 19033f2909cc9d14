package dev.turnpike.run;

/// Why a run ended.
public enum StopReason {
    /// The model answered.
    ANSWERED(RunStatus.COMPLETED, ""),
    /// The model called tools that the caller runs.
    CLIENT_TOOLS(RunStatus.COMPLETED, ""),
    /// The model called tools that a person must allow first.
    APPROVAL(RunStatus.COMPLETED, ""),
    MAX_OUTPUT_TOKENS(RunStatus.INCOMPLETE, "max_output_tokens"),
    CONTENT_FILTER(RunStatus.INCOMPLETE, "content_filter"),
    MAX_STEPS(RunStatus.INCOMPLETE, "turnpike:max_steps"),
    SPENDING_CAP(RunStatus.INCOMPLETE, "turnpike:spending_cap"),
    DEADLINE(RunStatus.INCOMPLETE, "turnpike:deadline"),
    /// The model made the same call over and over, and each time it was answered the same.
    REPEATED_CALLS(RunStatus.INCOMPLETE, "turnpike:repeated_calls"),
    /// A tool that must not run twice was started and its end is not known: a person or the next run's model decides.
    OUTCOME_UNKNOWN(RunStatus.INCOMPLETE, "turnpike:outcome_unknown"),
    CANCELLED(RunStatus.CANCELLED, ""),
    ERROR(RunStatus.FAILED, "");

    private final RunStatus status;
    private final String wireReason;

    StopReason(RunStatus status, String wireReason) {
        this.status = status;
        this.wireReason = wireReason;
    }

    /// The terminal status that it leads to.
    public RunStatus status() {
        return status;
    }

    /// The `incomplete_details.reason` of the wire; empty unless the status is INCOMPLETE.
    public String wireReason() {
        return wireReason;
    }
}
