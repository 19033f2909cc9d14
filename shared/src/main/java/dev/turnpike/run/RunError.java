package dev.turnpike.run;

import java.util.Map;

/// Why a run failed, by what can be done about it, in words that may be shown.
///
/// Nothing in it comes from a provider, a tool or a key: the words are ours, and the details are names and numbers.
public sealed interface RunError {
    RunError STEP_ATTEMPTS_EXHAUSTED = of(
            "step_attempts_exhausted", "A step of this run was tried too often without success; the run was given up.");
    RunError TOO_LARGE =
            of("response_too_large", "What the model or a tool gave is too large to be stored; the run was ended.");

    /// The wire's `error.code`.
    String code();

    /// What happened and what to do.
    String message();

    /// What helps to find the cause: `model`, `attempt`, `retry_after_seconds`, …
    Map<String, String> details();

    /// Whether the same request may succeed later, as it is.
    default boolean retryable() {
        return false;
    }

    /// The operator must set something right.
    record Configuration(String code, String message, Map<String, String> details) implements RunError {}

    /// The provider could not be reached, was silent, was busy or failed.
    record Connection(String code, String message, Map<String, String> details) implements RunError {
        @Override
        public boolean retryable() {
            return true;
        }
    }

    /// What the model sent is in no form that can be used.
    record UnreadableAnswer(String code, String message, Map<String, String> details) implements RunError {
        @Override
        public boolean retryable() {
            return true;
        }
    }

    /// A tool could not do what it was called for, and its run can't go on.
    record ToolExecution(String code, String message, Map<String, String> details) implements RunError {}

    /// An image, a video or a file can't be used.
    record Media(String code, String message, Map<String, String> details) implements RunError {}

    record ModelNotFound(String code, String message, Map<String, String> details) implements RunError {}

    /// More tokens, or bytes, than the model or the store takes.
    record TokenLimit(String code, String message, Map<String, String> details) implements RunError {}

    /// Whatever is none of these.
    record Other(String code, String message, Map<String, String> details) implements RunError {}

    /// Nobody can tell whether a call of the model stays within a cap on money.
    static RunError unpriced(String model) {
        return of(
                "model_not_priced",
                "The model '" + model + "' has no price, and a cap on spending applies. Name a model that has one, or"
                        + " set its price in PRICES.",
                Map.of("model", model));
    }

    static RunError of(String code, String message) {
        return of(code, message, Map.of());
    }

    static RunError of(String code, String message, Map<String, String> details) {
        return switch (code) {
            case "upstream_auth", "model_not_priced" -> new Configuration(code, message, details);
            case "rate_limit_exceeded",
                    "upstream_error",
                    "upstream_connection",
                    "upstream_timeout",
                    "upstream_unavailable" -> new Connection(code, message, details);
            case "upstream_unreadable", "invalid_output" -> new UnreadableAnswer(code, message, details);
            case "outcome_unknown", "tool_error" -> new ToolExecution(code, message, details);
            case "media_error" -> new Media(code, message, details);
            case "model_not_found" -> new ModelNotFound(code, message, details);
            case "context_length_exceeded", "response_too_large" -> new TokenLimit(code, message, details);
            default -> new Other(code, message, details);
        };
    }
}
