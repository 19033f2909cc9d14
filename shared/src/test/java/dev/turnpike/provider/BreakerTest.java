package dev.turnpike.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.turnpike.fake.MemoryBreakerStore;
import dev.turnpike.fake.SettableClock;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.StreamEvent;
import dev.turnpike.tokens.Usage;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BreakerTest {
    private static final Duration REST = Duration.ofSeconds(30);

    private final SettableClock clock = new SettableClock(Calls.NOON);
    private final MemoryBreakerStore store = new MemoryBreakerStore();
    private final Calls calls = new Calls();
    private final ModelClient one = instance();
    private final ModelClient another = instance();

    private ModelClient instance() {
        var settings = new Breaker.Settings(3, REST, Duration.ofSeconds(40));
        return new Breaker(store, settings, model -> new Target("first", model, model)).around(calls);
    }

    private void call(ModelClient client) throws ModelException {
        client.stream(Calls.request("gpt-4o"), Deadline.in(Duration.ofMinutes(10), clock), _ -> {});
    }

    private ModelException failure(ModelClient client) {
        return catchThrowableOfType(ModelException.class, () -> call(client));
    }

    private void trip() {
        calls.fails(Kind.UNAVAILABLE, Kind.UNAVAILABLE, Kind.UNAVAILABLE);
        for (int i = 0; i < 3; i++) {
            assertThat(failure(one).kind()).isEqualTo(Kind.UNAVAILABLE);
        }
    }

    @Test
    void afterSomeFailuresNoInstanceAsks() {
        trip();

        ModelException refused = failure(another);

        assertThat(refused.kind()).isEqualTo(Kind.RESTING);
        assertThat(refused.retryAfter()).isEqualTo(REST);
        assertThat(failure(one).kind()).isEqualTo(Kind.RESTING);
        assertThat(calls.models()).hasSize(3);
    }

    @Test
    void otherModelsAreAskedAsEver() throws Exception {
        trip();
        another.stream(Calls.request("gpt-4o-mini"), Deadline.in(Duration.ofMinutes(10), clock), _ -> {});
        assertThat(calls.models()).endsWith("gpt-4o-mini");
    }

    @Test
    void afterTheRestOneAnswerLetsAllThrough() throws Exception {
        trip();
        clock.advance(REST);

        call(another);
        clock.advance(Duration.ofSeconds(3));
        call(one);

        assertThat(calls.models()).hasSize(5);
        assertThat(store.read("first/gpt-4o")).isEqualTo(BreakerStore.State.GOOD);
    }

    @Test
    void aFailedTrialBeginsTheRestAnew() {
        trip();
        clock.advance(REST);
        calls.fails(Kind.UNAVAILABLE);
        assertThat(failure(another).kind()).isEqualTo(Kind.UNAVAILABLE);

        clock.advance(REST.minusSeconds(1));

        assertThat(failure(one).kind()).isEqualTo(Kind.RESTING);
    }

    @Test
    void aGoodAnswerBetweenThemMakesFailuresForgotten() throws Exception {
        for (int i = 0; i < 4; i++) {
            calls.fails(Kind.UNAVAILABLE, Kind.UNAVAILABLE);
            assertThat(failure(one).kind()).isEqualTo(Kind.UNAVAILABLE);
            assertThat(failure(one).kind()).isEqualTo(Kind.UNAVAILABLE);
            call(one);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AUTHENTICATION", "MODEL_NOT_FOUND", "CONTEXT_TOO_LONG", "REFUSED", "RATE_LIMITED"})
    void aProviderThatSaysNoIsThere(Kind kind) {
        for (int i = 0; i < 5; i++) {
            calls.fails(kind);
            assertThat(failure(one).kind()).isEqualTo(kind);
        }
        assertThat(store.writes()).isZero();
    }

    @Test
    void whatEndsByOurOwnWillSaysNothingOfTheModel() {
        for (int i = 0; i < 5; i++) {
            calls.does(events -> {
                events.accept(new StreamEvent.TextDelta("Y"));
                throw Calls.failure(Kind.TIMEOUT, Usage.estimated(5, 1), null);
            });
            assertThat(failure(one).kind()).isEqualTo(Kind.TIMEOUT);
            calls.does(_ -> {
                clock.advance(Duration.ofMinutes(10));
                throw Calls.failure(Kind.TIMEOUT, Usage.estimated(5, 0), null);
            });
            assertThat(failure(one).kind()).isEqualTo(Kind.TIMEOUT);
        }
        assertThat(store.writes()).isZero();
    }
}
