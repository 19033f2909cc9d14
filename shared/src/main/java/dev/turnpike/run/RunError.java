package dev.turnpike.run;

/// Why a run failed, in words that may be shown.
///
/// @param code the wire's `error.code`
public record RunError(String code, String message) {
    public static final RunError STEP_ATTEMPTS_EXHAUSTED = new RunError(
            "step_attempts_exhausted", "A step of this run was tried too often without success; the run was given up.");
    public static final RunError INTERNAL =
            new RunError("server_error", "The run failed for an internal reason. Its request id leads to the log.");
}
