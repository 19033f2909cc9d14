package dev.turnpike.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.turnpike.fake.SettableClock;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelAnswer;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.Served;
import dev.turnpike.model.StreamEvent;
import dev.turnpike.tokens.Usage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FallbackTest {
    private final Calls calls = new Calls();

    private ModelAnswer answer() throws ModelException {
        var fallback = new Fallback(model -> model.equals("gpt-4o") ? List.of("gpt-4o-mini", "groq/llama") : List.of());
        return fallback.around(calls).stream(
                Calls.request("gpt-4o"), Deadline.in(Duration.ofMinutes(1), new SettableClock(Calls.NOON)), _ -> {});
    }

    @ParameterizedTest
    @EnumSource(names = {"RATE_LIMITED", "UNAVAILABLE", "CONNECTION", "TIMEOUT", "UNREADABLE", "RESTING"})
    void anotherModelAnswersInAnOutage(Kind kind) throws Exception {
        calls.fails(kind, kind);

        assertThat(answer().served()).isEqualTo(Served.by("groq/llama"));
        assertThat(calls.models()).containsExactly("gpt-4o", "gpt-4o-mini", "groq/llama");
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTHENTICATION", "MODEL_NOT_FOUND", "CONTEXT_TOO_LONG", "REFUSED"})
    void aFaultOfTheRequestOrOfTheOperatorIsNotHidden(Kind kind) {
        calls.fails(kind);

        assertThat(catchThrowableOfType(ModelException.class, this::answer).kind())
                .isEqualTo(kind);
        assertThat(calls.models()).containsExactly("gpt-4o");
    }

    @Test
    void whenAllFailTheFirstFailureIsTold() {
        calls.fails(Kind.RATE_LIMITED, Kind.UNAVAILABLE, Kind.CONTEXT_TOO_LONG);

        assertThat(catchThrowableOfType(ModelException.class, this::answer).kind())
                .isEqualTo(Kind.RATE_LIMITED);
        assertThat(calls.models()).hasSize(3);
    }

    @Test
    void nobodyElseIsAskedForARunWhoseEndIsWanted() {
        calls.does(_ -> {
            Thread.currentThread().interrupt();
            throw Calls.failure(Kind.CONNECTION, Usage.NONE, null);
        });

        assertThat(catchThrowableOfType(ModelException.class, this::answer).kind())
                .isEqualTo(Kind.CONNECTION);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(calls.models()).containsExactly("gpt-4o");
    }

    @Test
    void whatWasSeenIsNotTakenBack() {
        calls.does(events -> {
            events.accept(new StreamEvent.TextDelta("Y"));
            throw Calls.failure(Kind.CONNECTION, Usage.estimated(5, 1), null);
        });

        var _ = catchThrowableOfType(ModelException.class, this::answer);

        assertThat(calls.models()).containsExactly("gpt-4o");
    }

    @Test
    void whatWasPaidForHasItsLedgerRowFirst() {
        calls.does(_ -> {
            throw Calls.failure(Kind.TIMEOUT, Usage.estimated(5, 0), null);
        });

        var _ = catchThrowableOfType(ModelException.class, this::answer);

        assertThat(calls.models()).containsExactly("gpt-4o");
    }
}
