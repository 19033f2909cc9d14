package dev.turnpike.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.cache.AnswerStore;
import dev.turnpike.cache.AnswerStore.Place;
import dev.turnpike.cache.AnswerStore.Question;
import dev.turnpike.cache.AnswerStoreContract;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DynamoAnswerStoreTest extends AnswerStoreContract {
    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final Instant LATER = NOON.plusSeconds(3_600);
    private static final Question KEY = new Question("tenant-1", "a".repeat(64));

    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    @Override
    protected AnswerStore open() {
        return TABLES.answerStore();
    }

    @Test
    void rowsLieUnderTheirTenantAndExpire() {
        AnswerStore store = open();
        store.claim(KEY, "ada", NOON.plusSeconds(60), NOON);
        store.keep(KEY, "ada", "answer", LATER);

        assertThat(TABLES.everything()).singleElement().satisfies(row -> {
            assertThat(Objects.requireNonNull(row.get("pk")).s()).isEqualTo("T#tenant-1#X#" + KEY.hash());
            assertThat(Objects.requireNonNull(row.get("ttl")).n()).isEqualTo(Long.toString(LATER.getEpochSecond()));
            assertThat(row).doesNotContainKeys("holder", "until");
        });
    }

    @Test
    void anAnswerThatNoRowHoldsIsNotKept() {
        AnswerStore store = open();
        store.claim(KEY, "ada", NOON.plusSeconds(60), NOON);
        byte[] noise = new byte[500_000];
        new Random(1).nextBytes(noise);

        assertThat(store.keep(KEY, "ada", Base64.getEncoder().encodeToString(noise), LATER))
                .isFalse();
        assertThat(store.keep(KEY, "ada", "x".repeat(9_000_000), LATER)).isFalse();
        store.release(KEY, "ada");

        assertThat(store.look(KEY, NOON)).isEqualTo(new Place.Free());
    }
}
