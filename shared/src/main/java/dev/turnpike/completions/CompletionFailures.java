package dev.turnpike.completions;

import dev.turnpike.admission.Admission;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.Failures;
import dev.turnpike.responses.WireText;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunError;
import dev.turnpike.run.StopReason;
import tools.jackson.databind.JsonNode;

/// What callers of Chat Completions are told when the engine says no: as [Failures] has it, in the words of this wire.
public final class CompletionFailures {
    private static final String SHOULD_RETRY = "x-should-retry";

    private CompletionFailures() {}

    /// The error for a request that was not let in.
    ///
    /// @param body of the request, to say where in it
    /// @throws IllegalArgumentException it was
    public static ApiException of(Admission refused, JsonNode body) {
        return switch (refused) {
            case Admission.NoToolOutput(String callId) ->
                ApiException.invalid(
                        null,
                        "messages",
                        "An assistant message with 'tool_calls' must be followed by tool messages that answer each"
                                + " 'tool_call_id'. This one has no answer: "
                                + WireText.shown(callId) + ".");
            case Admission.NoToolCall(String callId) ->
                ApiException.invalid(
                        null,
                        "messages",
                        "A message of role 'tool' must answer a call in 'tool_calls' before it. There is none of the"
                                + " id "
                                + WireText.shown(callId) + ".");
            case Admission.ItemTooLarge() ->
                ApiException.tooLarge(
                        "'messages' is too large to be stored: one of them has over 8 MiB, or over 3.5 MiB"
                                + " compressed. Split it, or give images by their https URL.");
            case Admission other -> Failures.of(other, body);
        };
    }

    /// The error for a run that has ended without an answer.
    ///
    /// @throws IllegalArgumentException it has one
    public static ApiException of(Run run) {
        RunError error = run.error();
        if (run.stopReason() == StopReason.OUTCOME_UNKNOWN) {
            return ApiException.upstream(
                            500,
                            "outcome_unknown",
                            "A tool that must not run twice was started and its end is not known. Look whether it had"
                                    + " its effect before you ask again.")
                    .withHeader(SHOULD_RETRY, "false");
        }
        if (run.stopReason() == StopReason.CANCELLED) {
            return ApiException.conflict("cancelled", null, "The run was cancelled.")
                    .withHeader(SHOULD_RETRY, "false");
        }
        if (error == null) {
            throw new IllegalArgumentException("the run has an answer");
        }
        if (error.code().equals(Kind.CONTEXT_TOO_LONG.code())) {
            return ApiException.invalid(
                            error.code(),
                            "messages",
                            "The messages are longer than the model's context. Send fewer or shorter ones.")
                    .withHeader(SHOULD_RETRY, "false");
        }
        if (error.code().equals(Kind.MODEL_NOT_FOUND.code())) {
            return ApiException.modelNotFound(error.message()).withHeader(SHOULD_RETRY, "false");
        }
        return Failures.of(run, error);
    }

    /// The error for a caller who can't be kept waiting until the run ends. Whoever sends the request again under its
    /// `Idempotency-Key` gets the answer; without one it would be another run.
    ///
    /// @param found whether the request has such a key
    public static ApiException unfinished(boolean found) {
        String more = found
                ? " Send the request again under the same Idempotency-Key to read its answer."
                : " Send requests with an Idempotency-Key to be able to read such an answer later.";
        return ApiException.upstream(
                        504, "handed_over", "The answer was not ready in time; it is made in the background." + more)
                .withHeader(SHOULD_RETRY, Boolean.toString(found));
    }
}
