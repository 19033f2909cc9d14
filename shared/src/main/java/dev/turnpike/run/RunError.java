package dev.turnpike.run;

/// Why a run failed, in words that may be shown.
///
/// @param code the wire's `error.code`
public record RunError(String code, String message) {
    public static final RunError STEP_ATTEMPTS_EXHAUSTED = new RunError(
            "step_attempts_exhausted", "A step of this run was tried too often without success; the run was given up.");
    public static final RunError TOO_LARGE = new RunError(
            "response_too_large", "What the model or a tool gave is too large to be stored; the run was ended.");
}
