package dev.turnpike.model;

import dev.turnpike.tokens.Usage;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A model call failed.
///
/// The message is ours and safe to show: it says what happened and what to do. Whatever the provider wrote stays out of
/// it.
public final class ModelException extends Exception {
    private static final long serialVersionUID = 1L;

    /// What went wrong, by what can be done about it.
    public enum Kind {
        /// The provider refused our key.
        AUTHENTICATION("upstream_auth", false),
        /// The provider does not know the model.
        MODEL_NOT_FOUND("model_not_found", false),
        /// The prompt is longer than the model's context.
        CONTEXT_TOO_LONG("context_length_exceeded", false),
        /// The provider refused the request for another reason.
        REFUSED("upstream_rejected", false),
        RATE_LIMITED("rate_limit_exceeded", true),
        /// 5xx, or an error event in the stream.
        UNAVAILABLE("upstream_error", true),
        /// No connection, or it broke before the end of the answer.
        CONNECTION("upstream_connection", true),
        /// First-byte, idle or total time is over.
        TIMEOUT("upstream_timeout", true),
        /// The answer is not in any form that we know.
        UNREADABLE("upstream_unreadable", true),
        /// Nobody was asked: the provider has failed too often of late and is given a rest.
        RESTING("upstream_unavailable", true);

        private final String code;
        private final boolean retryable;

        Kind(String code, boolean retryable) {
            this.code = code;
            this.retryable = retryable;
        }

        /// The `code` of the wire's error object.
        public String code() {
            return code;
        }

        /// Whether the same call may succeed later.
        public boolean retryable() {
            return retryable;
        }
    }

    private final Kind kind;
    private final Usage usage;
    private final transient @Nullable Duration retryAfter;
    private final @Nullable String model;
    private final String serviceTier;
    private final boolean retryable;

    /// @param usage what had been used by then: reported, estimated from what arrived, or `Usage.NONE`
    /// @param retryAfter how long the provider asked to wait, if it did
    public ModelException(
            Kind kind, String message, Usage usage, @Nullable Duration retryAfter, @Nullable Throwable cause) {
        this(kind, message, usage, retryAfter, null, "", kind.retryable(), cause);
    }

    private ModelException(
            Kind kind,
            String message,
            Usage usage,
            @Nullable Duration retryAfter,
            @Nullable String model,
            String serviceTier,
            boolean retryable,
            @Nullable Throwable cause) {
        super(message, cause);
        this.retryable = retryable;
        this.model = model;
        this.serviceTier = serviceTier;
        this.kind = kind;
        this.usage = usage;
        this.retryAfter = retryAfter;
    }

    /// Nothing had been used, no wait was asked for.
    public ModelException(Kind kind, String message) {
        this(kind, message, Usage.NONE, null, null);
    }

    /// Nothing had been used; another try is to wait.
    public ModelException(Kind kind, String message, Duration retryAfter) {
        this(kind, message, Usage.NONE, retryAfter, null);
    }

    /// The same failure, with what had been used by then, and in which tier of the provider.
    ModelException withUsage(Usage used, String tier) {
        return copy(used, retryAfter, model, tier, retryable);
    }

    /// The same failure of the model that was asked in place of another.
    public ModelException of(String asked) {
        return copy(usage, retryAfter, asked, serviceTier, retryable);
    }

    /// The same failure, after which another try is to wait.
    public ModelException after(Duration wait) {
        return copy(usage, wait, model, serviceTier, retryable);
    }

    /// The same failure, which is not to be tried again.
    public ModelException asFinal() {
        return copy(usage, retryAfter, model, serviceTier, false);
    }

    private ModelException copy(
            Usage used, @Nullable Duration wait, @Nullable String asked, String tier, boolean again) {
        String message = Objects.requireNonNull(getMessage());
        var copy = new ModelException(kind, message, used, wait, asked, tier, again, getCause());
        copy.setStackTrace(getStackTrace());
        for (Throwable other : getSuppressed()) {
            copy.addSuppressed(other);
        }
        return copy;
    }

    /// What failed.
    ///
    /// @param requested the model of the request, which it is unless another took its place
    public Served served(String requested) {
        return new Served(model == null ? requested : model, serviceTier, false);
    }

    public Kind kind() {
        return kind;
    }

    public Usage usage() {
        return usage;
    }

    /// Whether the same call may succeed later.
    public boolean retryable() {
        return retryable;
    }

    public @Nullable Duration retryAfter() {
        return retryAfter;
    }
}
