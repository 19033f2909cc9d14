package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.turnpike.admission.Admission;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunError;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailuresTest {
    @Test
    void aPreviousResponseThatIsNotThereIsABadRequest() {
        assertFailure(
                Failures.of(new Admission.PreviousResponseNotFound("resp_1")),
                400,
                "previous_response_not_found",
                "previous_response_id",
                "Previous response with id 'resp_1' not found.");
    }

    @Test
    void aConversationThatIsNotThereIsNotFound() {
        assertFailure(
                Failures.of(new Admission.ConversationNotFound("conv_1")),
                404,
                null,
                null,
                "Conversation with id 'conv_1' not found.");
    }

    @Test
    void callsAndResultsMustMatch() {
        assertFailure(
                Failures.of(new Admission.NoToolOutput("call_1")),
                400,
                null,
                "input",
                "No tool output found for function call call_1.");
        assertFailure(
                Failures.of(new Admission.NoToolCall("call_1")),
                400,
                null,
                "input",
                "No tool call found for function call output with call_id call_1.");
        assertThat(Failures.of(new Admission.TooManyItems(90)).code()).isEqualTo("array_above_max_length");
    }

    @Test
    void aBusyConversationIsWorthAnotherTryAndAReusedKeyIsNot() {
        ApiException locked = Failures.of(new Admission.ConversationLocked("conv_1"));
        assertThat(locked.status()).isEqualTo(409);
        assertThat(locked.code()).isEqualTo("conversation_locked");
        assertThat(locked.headers()).isEqualTo(Map.of("x-should-retry", "true"));
        ApiException reused = Failures.of(new Admission.KeyReused());
        assertThat(reused.status()).isEqualTo(409);
        assertThat(reused.code()).isEqualTo("idempotency_key_reused");
        assertThat(reused.headers()).isEqualTo(Map.of("x-should-retry", "false"));
    }

    @Test
    void idsAreShownInPart() {
        Stream.of(
                        new Admission.PreviousResponseNotFound("x".repeat(5_000)),
                        new Admission.ConversationNotFound("x".repeat(5_000)),
                        new Admission.NoToolOutput("x".repeat(5_000)),
                        new Admission.NoToolCall("x".repeat(5_000)))
                .forEach(
                        refused -> assertThat(Failures.of(refused).getMessage()).hasSizeLessThan(250));
    }

    @Test
    void aRequestThatWasLetInIsNoFailure() {
        Run run = Runs.queued().build();
        assertThatIllegalArgumentException().isThrownBy(() -> Failures.of(new Admission.Admitted(run, List.of())));
        assertThatIllegalArgumentException().isThrownBy(() -> Failures.of(new Admission.Repeated(run)));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theProvidersFailureIsNeverTheCallersKey(Kind kind) {
        ApiException failure = failure(kind.code());
        assertThat(failure.status()).isNotIn(401, 403, 404);
        assertThat(failure).hasMessage("Why.");
        // The run has taken more than one step, so it must not be repeated from its start.
        assertThat(failure.headers()).isEqualTo(Map.of("x-should-retry", "false"));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void aRunThatOnlyAskedTheModelMayBeRepeatedWhereThatCanHelp(Kind kind) {
        Run run = Runs.failed(kind.code(), "Why.").step(1).build();
        assertThat(Failures.of(run, RunError.of(kind.code(), "Why.")).headers())
                .isEqualTo(Map.of("x-should-retry", Boolean.toString(kind.retryable())));
    }

    @Test
    void eachKindHasItsStatus() {
        assertThat(failure(Kind.RATE_LIMITED.code()).status()).isEqualTo(429);
        assertThat(failure(Kind.CONTEXT_TOO_LONG.code()).status()).isEqualTo(400);
        assertThat(failure(Kind.MODEL_NOT_FOUND.code()).param()).isEqualTo("model");
        assertThat(failure(Kind.AUTHENTICATION.code()).status()).isEqualTo(500);
        assertThat(failure(Kind.TIMEOUT.code()).status()).isEqualTo(504);
        assertThat(failure(Kind.UNAVAILABLE.code()).status()).isEqualTo(502);
        assertThat(failure("step_attempts_exhausted").status()).isEqualTo(500);
    }

    private static ApiException failure(String code) {
        return Failures.of(Runs.failed(code, "Why.").build(), RunError.of(code, "Why."));
    }

    private static void assertFailure(
            ApiException failure, int status, @Nullable String code, @Nullable String param, String message) {
        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure.type()).isEqualTo("invalid_request_error");
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.param()).isEqualTo(param);
        assertThat(failure).hasMessage(message);
    }
}
