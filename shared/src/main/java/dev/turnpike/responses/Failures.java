package dev.turnpike.responses;

import dev.turnpike.admission.Admission;
import dev.turnpike.conversation.ItemChanges.Changed;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunError;
import java.util.Locale;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// What callers are told when the engine says no.
public final class Failures {
    private static final String SHOULD_RETRY = "x-should-retry";

    private Failures() {}

    /// The error for a request that was not let in.
    ///
    /// @throws IllegalArgumentException it was
    public static ApiException of(Admission refused) {
        return switch (refused) {
            case Admission.PreviousResponseNotFound(String id) ->
                ApiException.invalid(
                        "previous_response_not_found",
                        "previous_response_id",
                        "Previous response with id '%s' not found.".formatted(WireText.shown(id)));
            case Admission.ConversationNotFound(String id) ->
                ApiException.notFound("Conversation with id '%s' not found.".formatted(WireText.shown(id)));
            case Admission.ConversationLocked(String id) ->
                ApiException.conflict(
                                "conversation_locked",
                                null,
                                "Another response is being made in the conversation '%s'. Try again when it is done."
                                        .formatted(id))
                        .withHeader(SHOULD_RETRY, "true");
            case Admission.NoToolOutput(String callId) ->
                ApiException.invalid(
                        null, "input", "No tool output found for function call %s.".formatted(WireText.shown(callId)));
            case Admission.NoToolCall(String callId) ->
                ApiException.invalid(
                        null,
                        "input",
                        "No tool call found for function call output with call_id %s."
                                .formatted(WireText.shown(callId)));
            case Admission.NoApprovalRequest(String id) ->
                ApiException.invalid(
                        null, "input", "No approval request found with id '%s'.".formatted(WireText.shown(id)));
            case Admission.ApprovalExpired(String id) ->
                ApiException.invalid(
                        "approval_expired",
                        "input",
                        "The approval request '%s' is older than a day. Ask again.".formatted(WireText.shown(id)));
            case Admission.TooManyItems(int most) ->
                ApiException.invalid(
                        "array_above_max_length",
                        "input",
                        "Invalid 'input': array too long. An existing conversation takes at most %d items at once."
                                .formatted(most));
            case Admission.TooManyRuns(var full) ->
                ApiException.rateLimited(
                                "Rate limit reached: a %s may have %d unfinished runs. Try again when one has ended."
                                        .formatted(full.scope().name().toLowerCase(Locale.ROOT), full.most()))
                        .withHeader("retry-after", "5");
            case Admission.ModelUnpriced(String model) -> {
                RunError error = RunError.unpriced(WireText.shown(model));
                yield ApiException.invalid(error.code(), "model", error.message());
            }
            case Admission.MediaRefused(var refusal) -> MediaUrl.refused(refusal, MissingNode.getInstance());
            case Admission.ItemTooLarge() ->
                ApiException.tooLarge(
                        "'input' is too large to be stored: an item of it has over 8 MiB, or over 3.5 MiB compressed,"
                            + " which is also the most that an existing conversation takes at once. Split it, or give"
                            + " images by their https URL.");
            case Admission.KeyReused() ->
                ApiException.conflict(
                                "idempotency_key_reused",
                                null,
                                "This Idempotency-Key was used with another request. Use a new key for a new request.")
                        .withHeader(SHOULD_RETRY, "false");
            case Admission.Admitted _, Admission.Repeated _ ->
                throw new IllegalArgumentException("the request was let in");
        };
    }

    /// The same, said with the place in the request where it can be told.
    ///
    /// @param body of the request
    /// @throws IllegalArgumentException it was
    public static ApiException of(Admission refused, JsonNode body) {
        return refused instanceof Admission.MediaRefused(var refusal) ? MediaUrl.refused(refusal, body) : of(refused);
    }

    /// The error for a change of a conversation that was not made.
    ///
    /// @param conversation its id as the caller gave it
    /// @param item the same of an item; empty when none was named
    /// @throws IllegalArgumentException it was
    public static ApiException of(Changed refused, String conversation, String item) {
        return switch (refused) {
            case Changed.ConversationNotFound() -> of(new Admission.ConversationNotFound(conversation));
            case Changed.ItemNotFound() -> itemNotFound(item);
            case Changed.Locked() -> of(new Admission.ConversationLocked(conversation));
            case Changed.NoToolCall(String callId) ->
                ApiException.invalid(
                        null,
                        "items",
                        "No tool call found for function call output with call_id %s."
                                .formatted(WireText.shown(callId)));
            case Changed.Done _ -> throw new IllegalArgumentException("the change was made");
        };
    }

    public static ApiException itemNotFound(String id) {
        return ApiException.notFound("Item with id '%s' not found.".formatted(WireText.shown(id)));
    }

    /// The error for items that the store does not take.
    public static ApiException itemsTooLarge() {
        return ApiException.tooLarge(
                "'items' are too large to be stored: one has over 8 MiB, or all together have over 3.5 MiB compressed."
                        + " Split them, or give images by their https URL.");
    }

    /// The error for a run that failed before anything of it was shown. Clients repeat 429 and 5xx by themselves, so
    /// they are told not to once the run has done more than ask the model.
    public static ApiException of(Run run, RunError error) {
        ApiException failure = switch (error) {
            case RunError.TokenLimit _
            when error.code().equals(Kind.CONTEXT_TOO_LONG.code()) ->
                ApiException.invalid(error.code(), "input", error.message());
            case RunError.ModelNotFound _ -> ApiException.invalid(error.code(), "model", error.message());
            case RunError.Media _ -> ApiException.invalid(error.code(), null, error.message());
            case RunError.Connection connection -> of(connection);
            case RunError.UnreadableAnswer _
            when error.code().equals(Kind.UNREADABLE.code()) ->
                ApiException.upstream(502, error.code(), error.message());
            case RunError.Other _
            when error.code().equals(Kind.REFUSED.code()) -> ApiException.invalid(error.code(), null, error.message());
            case RunError.Configuration _,
                    RunError.UnreadableAnswer _,
                    RunError.ToolExecution _,
                    RunError.TokenLimit _,
                    RunError.Other _ -> ApiException.upstream(500, error.code(), error.message());
        };
        String wait = error.details().get("retry_after_seconds");
        if (wait != null) {
            failure.withHeader("Retry-After", wait);
        }
        boolean repeatable =
                run.step() <= 1 && error.retryable() && !error.code().equals("invalid_output");
        return failure.withDetails(error.details()).withHeader(SHOULD_RETRY, Boolean.toString(repeatable));
    }

    private static ApiException of(RunError.Connection error) {
        if (error.code().equals(Kind.RATE_LIMITED.code())) {
            return ApiException.rateLimited(error.message());
        }
        int status =
                error.code().equals(Kind.TIMEOUT.code()) ? 504 : error.code().equals(Kind.RESTING.code()) ? 503 : 502;
        return ApiException.upstream(status, error.code(), error.message());
    }
}
