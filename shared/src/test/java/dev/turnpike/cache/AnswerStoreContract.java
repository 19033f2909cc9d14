package dev.turnpike.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cache.AnswerStore.Place;
import dev.turnpike.cache.AnswerStore.Question;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every store of cached answers must do.
public abstract class AnswerStoreContract {
    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final Instant SOON = NOON.plusSeconds(60);
    private static final Instant LATER = NOON.plus(Duration.ofHours(1));
    private static final Question KEY = new Question("tenant-1", "a".repeat(64));
    private static final Place FREE = new Place.Free();

    private AnswerStore store;

    /// An empty store.
    protected abstract AnswerStore open();

    @BeforeEach
    void start() {
        store = open();
    }

    @Test
    void aPlaceIsFreeUntilSomebodyClaimsIt() {
        assertThat(store.look(KEY, NOON)).isEqualTo(FREE);

        assertThat(store.claim(KEY, "ada", SOON, NOON)).isEqualTo(new Place.Claimed("ada", SOON));

        assertThat(store.look(KEY, NOON)).isEqualTo(new Place.Claimed("ada", SOON));
        assertThat(store.claim(KEY, "bob", LATER, NOON)).isEqualTo(new Place.Claimed("ada", SOON));
    }

    @Test
    void oneOfManyClaimsIt() throws Exception {
        List<Callable<Place>> claims = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String holder = "holder-" + i;
            claims.add(() -> store.claim(KEY, holder, SOON, NOON));
        }
        List<Place> told = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Place> claimed : threads.invokeAll(claims)) {
                told.add(claimed.get());
            }
        }

        assertThat(told).hasSize(20).containsOnly(store.look(KEY, NOON));
    }

    @Test
    void theAnswerOfTheHolderIsThereForItsTime() {
        store.claim(KEY, "ada", SOON, NOON);

        assertThat(store.keep(KEY, "ada", "{\"text\":\"é\uD83D\uDE00\"}", LATER))
                .isTrue();

        var answered = new Place.Answered("{\"text\":\"é\uD83D\uDE00\"}");
        assertThat(store.look(KEY, NOON)).isEqualTo(answered);
        assertThat(store.look(KEY, LATER.minusSeconds(1))).isEqualTo(answered);
        assertThat(store.claim(KEY, "bob", LATER, SOON)).isEqualTo(answered);
        assertThat(store.look(KEY, LATER)).isEqualTo(FREE);
        assertThat(store.claim(KEY, "bob", LATER.plusSeconds(60), LATER))
                .isEqualTo(new Place.Claimed("bob", LATER.plusSeconds(60)));
    }

    @Test
    void whoeverDiesOverItLeavesThePlaceInTheEnd() {
        store.claim(KEY, "ada", SOON, NOON);

        assertThat(store.look(KEY, SOON)).isEqualTo(FREE);
        assertThat(store.claim(KEY, "bob", LATER, SOON)).isEqualTo(new Place.Claimed("bob", LATER));
        assertThat(store.keep(KEY, "ada", "late", LATER)).isFalse();
        assertThat(store.prolong(KEY, "ada", LATER.plusSeconds(60))).isFalse();
        store.release(KEY, "ada");
        assertThat(store.look(KEY, SOON)).isEqualTo(new Place.Claimed("bob", LATER));
    }

    @Test
    void aHolderIsLeftAloneForLonger() {
        store.claim(KEY, "ada", SOON, NOON);

        assertThat(store.prolong(KEY, "ada", LATER)).isTrue();

        assertThat(store.look(KEY, SOON)).isEqualTo(new Place.Claimed("ada", LATER));
    }

    @Test
    void aHolderGivesItsClaimUp() {
        store.claim(KEY, "ada", SOON, NOON);

        store.release(KEY, "ada");

        assertThat(store.look(KEY, NOON)).isEqualTo(FREE);
        assertThat(store.keep(KEY, "ada", "late", LATER)).isFalse();
        assertThat(store.look(KEY, NOON)).isEqualTo(FREE);
    }

    @Test
    void anAnswerIsNotGivenUp() {
        store.claim(KEY, "ada", SOON, NOON);
        store.keep(KEY, "ada", "answer", LATER);

        store.release(KEY, "ada");

        assertThat(store.look(KEY, NOON)).isEqualTo(new Place.Answered("answer"));
    }

    @Test
    void tenantsAndQuestionsAreKeptApart() {
        store.claim(KEY, "ada", SOON, NOON);
        store.keep(KEY, "ada", "answer", LATER);

        assertThat(store.look(new Question("tenant-2", KEY.hash()), NOON)).isEqualTo(FREE);
        assertThat(store.look(new Question("tenant-1", "b".repeat(64)), NOON)).isEqualTo(FREE);
    }
}
