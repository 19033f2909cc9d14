package dev.turnpike.model;

import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.tokens.Usage;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a provider's error means, and what we say of it.
///
/// Errors come as JSON of many shapes, as HTML and as bare text, so the words that tell them apart are looked for in
/// the
/// text as it is. None of it reaches our message: it may quote the prompt, or the key.
final class ProviderError {
    private static final int UNKNOWN = 0;

    /// The status that an error inside a stream carries, where it carries one.
    private static final Pattern STATUS =
            Pattern.compile("\"(?:code|status|status_code|http_status)\"\\s*:\\s*\"?([45]\\d\\d)\\b");

    private static final Pattern NO_CREDIT =
            Pattern.compile("insufficient_quota|insufficient_balance|insufficient balance|billing_hard_limit_reached");
    private static final Pattern BAD_KEY =
            Pattern.compile("invalid_api_key|incorrect api key|api key not valid|invalid api key|authentication_error");
    private static final Pattern TOO_LONG = Pattern.compile("context_length_exceeded|exceed_context_size"
            + "|context length|context window|context size|maximum prompt length|prompt is too long"
            + "|input is too long|too many input tokens|string_above_max_length|reduce the length");
    private static final Pattern NO_MODEL = Pattern.compile("model_not_found|model_not_available|model not found"
            + "|model .{1,200} (?:does not exist|not found)|no such model|unknown model|not a valid model");
    private static final Pattern RATE_LIMIT = Pattern.compile("rate_limit|rate limit|too many requests");
    private static final Pattern INVALID = Pattern.compile("invalid_request|bad_request|content_filter|content_policy");

    private static final String KEY_REFUSED = "The model provider refused our key (%1$s). Put a valid one into the"
            + " provider key's secret in AWS Secrets Manager; no deployment is needed.";
    private static final String KEY_MISSING = "The model provider wants a key and none is set (%1$s). Put one into the"
            + " provider key's secret in AWS Secrets Manager; no deployment is needed.";

    private ProviderError() {}

    /// The answer to a request was not 2xx.
    ///
    /// @param text of the body, or the beginning of it
    /// @param keySent whether the call carried a key at all
    static ModelException refused(
            int status, String text, String model, boolean keySent, @Nullable Duration retryAfter) {
        Kind kind = kind(status, text.toLowerCase(Locale.ROOT));
        return new ModelException(kind, message(kind, "HTTP " + status, model, keySent), Usage.NONE, retryAfter, null);
    }

    /// An error came instead of the rest of the answer.
    ///
    /// @param text of the event
    static ModelException inStream(String text, String model) {
        Matcher status = STATUS.matcher(text);
        Kind kind = kind(status.find() ? Integer.parseInt(status.group(1)) : UNKNOWN, text.toLowerCase(Locale.ROOT));
        return new ModelException(kind, message(kind, "reported in its stream", model, true));
    }

    private static Kind kind(int status, String text) {
        if (status >= 500) {
            return Kind.UNAVAILABLE;
        }
        if (status == 401 || status == 403 || BAD_KEY.matcher(text).find()) {
            return Kind.AUTHENTICATION;
        }
        if (status == 402 || NO_CREDIT.matcher(text).find()) {
            return Kind.REFUSED;
        }
        if (status == 429 || (status == UNKNOWN && RATE_LIMIT.matcher(text).find())) {
            return Kind.RATE_LIMITED;
        }
        if (status == 413 || TOO_LONG.matcher(text).find()) {
            return Kind.CONTEXT_TOO_LONG;
        }
        if (status == 404 || NO_MODEL.matcher(text).find()) {
            return Kind.MODEL_NOT_FOUND;
        }
        return isPassing(status, text) ? Kind.UNAVAILABLE : Kind.REFUSED;
    }

    /// 408 and 425 come of timing, 409 of a lock; an unnamed error inside a stream comes of the provider's own trouble.
    private static boolean isPassing(int status, String text) {
        return switch (status) {
            case 408, 409, 425 -> true;
            case UNKNOWN -> !INVALID.matcher(text).find();
            default -> false;
        };
    }

    /// @param how where the error was seen
    private static String message(Kind kind, String how, String model, boolean keySent) {
        String text = switch (kind) {
            case AUTHENTICATION -> keySent ? KEY_REFUSED : KEY_MISSING;
            case MODEL_NOT_FOUND ->
                "The model provider does not know the model %2$s (%1$s). Check its name and the base URL.";
            case CONTEXT_TOO_LONG ->
                "The input is longer than the context of the model %2$s (%1$s). Shorten it or let it be truncated.";
            case RATE_LIMITED -> "The model provider limits the rate of calls (%1$s). Try again later.";
            case REFUSED ->
                "The model provider rejected the request (%1$s). Check its parameters and the account's credit.";
            case UNAVAILABLE, CONNECTION, TIMEOUT, UNREADABLE, RESTING ->
                "The model provider failed (%1$s). Try again later.";
        };
        return text.formatted(how, model);
    }
}
