package dev.turnpike.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.turnpike.fake.SettableClock;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelAnswer;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.StreamEvent;
import dev.turnpike.tokens.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RetryTest {
    private final SettableClock clock = new SettableClock(Calls.NOON);
    private final List<Duration> pauses = new ArrayList<>();
    private final Calls calls = new Calls();
    private double random = 1;
    private boolean interrupting;

    private static Set<Kind> passing() {
        Set<Kind> kinds = EnumSet.allOf(Kind.class);
        kinds.removeIf(kind -> !kind.retryable());
        return kinds;
    }

    private ModelClient client(Set<Kind> retryable) {
        var settings = new Retry.Settings(3, Duration.ofMillis(500), Duration.ofSeconds(60), 2, retryable);
        return new Retry(settings, () -> random, wait -> {
                    pauses.add(wait);
                    clock.advance(wait);
                    if (interrupting) {
                        Thread.currentThread().interrupt();
                    }
                })
                .around(calls);
    }

    private ModelAnswer answer() throws ModelException {
        return client(passing()).stream(Calls.request("gpt-4o"), Deadline.in(Duration.ofMinutes(10), clock), _ -> {});
    }

    private ModelException failure() {
        return catchThrowableOfType(ModelException.class, this::answer);
    }

    @ParameterizedTest
    @EnumSource(names = {"RATE_LIMITED", "UNAVAILABLE", "CONNECTION", "TIMEOUT", "UNREADABLE"})
    @DisplayName("Row 23: a failure that may pass is tried again, after longer and longer waits")
    void aPassingFailureIsTriedAgain(Kind kind) throws Exception {
        calls.fails(kind, kind, kind);

        assertThat(answer().text()).isEqualTo("Yes.");
        assertThat(calls.models()).hasSize(4);
        assertThat(pauses).containsExactly(Duration.ofMillis(500), Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTHENTICATION", "MODEL_NOT_FOUND", "CONTEXT_TOO_LONG", "REFUSED"})
    @DisplayName("Row 23: a failure that would come again is told at once")
    void aLastingFailureIsToldAtOnce(Kind kind) {
        calls.fails(kind);

        assertThat(failure().kind()).isEqualTo(kind);
        assertThat(calls.models()).hasSize(1);
        assertThat(pauses).isEmpty();
    }

    @Test
    void afterAllRetriesTheFailureSaysHowLongToWait() {
        calls.fails(Kind.UNAVAILABLE, Kind.UNAVAILABLE, Kind.UNAVAILABLE, Kind.UNAVAILABLE, Kind.UNAVAILABLE);

        ModelException failure = failure();

        assertThat(calls.models()).hasSize(4);
        assertThat(failure.retryable()).isTrue();
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(4));
    }

    @Test
    void waitsHaveFullJitter() throws Exception {
        random = 0.25;
        calls.fails(Kind.UNAVAILABLE, Kind.UNAVAILABLE);

        answer();

        assertThat(pauses).containsExactly(Duration.ofMillis(125), Duration.ofMillis(250));
    }

    @Test
    @DisplayName("Row 22: a short wait that the provider asks for is slept through")
    void aShortWaitIsSleptThrough() throws Exception {
        calls.does(_ -> {
            throw Calls.failure(Kind.RATE_LIMITED, Usage.NONE, Duration.ofSeconds(2));
        });

        answer();

        assertThat(pauses)
                .singleElement()
                .satisfies(wait -> assertThat(wait).isBetween(Duration.ofSeconds(2), Duration.ofMillis(2_200)));
    }

    @Test
    @DisplayName("Row 22: a long wait is left to whoever called")
    void aLongWaitIsLeftToTheCaller() {
        calls.does(_ -> {
            throw Calls.failure(Kind.RATE_LIMITED, Usage.NONE, Duration.ofMinutes(2));
        });

        ModelException failure = failure();

        assertThat(pauses).isEmpty();
        assertThat(failure.retryable()).isTrue();
        assertThat(failure.retryAfter()).isGreaterThanOrEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void aWaitBeyondTheDeadlineIsNotBegun() {
        calls.does(_ -> {
            throw Calls.failure(Kind.RATE_LIMITED, Usage.NONE, Duration.ofSeconds(3));
        });

        var _ = catchThrowableOfType(
                ModelException.class,
                () -> client(passing()).stream(
                        Calls.request("gpt-4o"), Deadline.in(Duration.ofSeconds(2), clock), _ -> {}));

        assertThat(pauses).isEmpty();
    }

    @Test
    void whatWasSeenIsNotTriedAgain() {
        calls.does(events -> {
            events.accept(new StreamEvent.TextDelta("Y"));
            throw Calls.failure(Kind.CONNECTION, Usage.estimated(5, 1), null);
        });

        failure();

        assertThat(calls.models()).hasSize(1);
    }

    @Test
    void whatWasPaidForIsNotTriedAgainHere() {
        calls.does(events -> {
            events.accept(StreamEvent.ALIVE);
            throw Calls.failure(Kind.TIMEOUT, Usage.estimated(5, 0), null);
        });

        assertThat(failure().retryable()).isTrue();
        assertThat(calls.models()).hasSize(1);
    }

    @Test
    void anInterruptedWaitEndsTheCall() {
        calls.fails(Kind.UNAVAILABLE);
        interrupting = true;

        assertThat(failure().kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(calls.models()).hasSize(1);
    }

    @Test
    void theOperatorSaysWhatIsTriedAgain() {
        calls.fails(Kind.RATE_LIMITED);
        ModelClient client = client(EnumSet.of(Kind.UNAVAILABLE));

        ModelException failure = catchThrowableOfType(
                ModelException.class,
                () -> client.stream(Calls.request("gpt-4o"), Deadline.in(Duration.ofMinutes(10), clock), _ -> {}));

        assertThat(failure.retryable()).isFalse();
        assertThat(calls.models()).hasSize(1);
    }
}
