package dev.turnpike.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.provider.BreakerStore.State;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every store of breakers does.
public abstract class BreakerStoreContract {
    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final String TARGET = "first/gpt-4o";

    protected abstract BreakerStore open();

    private BreakerStore store;

    @BeforeEach
    void begin() {
        store = open();
    }

    @Test
    void nothingIsKnownOfAModelThatNeverFailed() {
        assertThat(store.read(TARGET)).isEqualTo(State.GOOD);
    }

    @Test
    void failuresAreCountedForEachModel() {
        assertThat(fail(0).failures()).isEqualTo(1);
        assertThat(fail(10).failures()).isEqualTo(2);
        assertThat(store.read(TARGET).failures()).isEqualTo(2);
        assertThat(store.read("first/gpt-4o-mini")).isEqualTo(State.GOOD);
    }

    @Test
    void failuresOfLongAgoAreForgotten() {
        fail(0);
        fail(10);
        assertThat(fail(61).failures()).isEqualTo(1);
        assertThat(fail(62).failures()).isEqualTo(2);
    }

    @Test
    void aRestBeginsOnce() {
        State seen = fail(0);
        store.rest(TARGET, seen, NOON.plusSeconds(30));
        store.rest(TARGET, seen, NOON.plusSeconds(99));
        assertThat(store.read(TARGET)).isEqualTo(new State(0, NOON.plusSeconds(30), Instant.EPOCH));
    }

    @Test
    void oneProbeIsMadeAtATime() {
        State resting = rested();
        Instant now = NOON.plusSeconds(30);
        assertThat(store.probe(TARGET, resting, now, now.plusSeconds(40))).isTrue();
        assertThat(store.probe(TARGET, resting, now, now.plusSeconds(40))).isFalse();
        Instant later = now.plusSeconds(40);
        assertThat(store.probe(TARGET, resting, later, later.plusSeconds(40)))
                .as("whoever probed has died")
                .isTrue();
    }

    @Test
    void nobodyProbesForARestThatIsOver() {
        State resting = rested();
        store.rest(TARGET, resting, NOON.plusSeconds(60));
        Instant now = NOON.plusSeconds(30);
        assertThat(store.probe(TARGET, resting, now, now.plusSeconds(40))).isFalse();
    }

    @Test
    void aRestAfterAProbeIsProbedAgain() {
        State resting = rested();
        Instant now = NOON.plusSeconds(30);
        store.probe(TARGET, resting, now, now.plusSeconds(40));
        store.rest(TARGET, resting, now.plusSeconds(30));
        State again = store.read(TARGET);
        assertThat(again).isEqualTo(new State(0, now.plusSeconds(30), Instant.EPOCH));
        assertThat(store.probe(TARGET, again, now.plusSeconds(30), now.plusSeconds(70)))
                .isTrue();
    }

    @Test
    void aGoodAnswerMakesAllForgotten() {
        State resting = rested();
        store.good(TARGET, resting);
        assertThat(store.read(TARGET)).isEqualTo(State.GOOD);
        assertThat(fail(40).tripped()).isFalse();
    }

    @Test
    void aGoodAnswerToACallFromBeforeTheRestEndsNoRest() {
        State before = fail(0);
        store.rest(TARGET, before, NOON.plusSeconds(30));
        store.good(TARGET, before);
        assertThat(store.read(TARGET).tripped()).isTrue();
    }

    private State rested() {
        store.rest(TARGET, fail(0), NOON.plusSeconds(30));
        return store.read(TARGET);
    }

    private State fail(int second) {
        Instant now = NOON.plusSeconds(second);
        return store.failed(TARGET, now, now.plusSeconds(60));
    }
}
