package dev.turnpike.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UlidsTest {
    private final SettableClock clock = new SettableClock(Instant.ofEpochMilli(1_469_918_176_385L));
    private final Ulids ids = new Ulids(clock);

    @Test
    void timeIsWrittenAsTheSpecificationSays() {
        assertThat(ids.next()).startsWith("01aryz6s41").matches("[0-9a-hjkmnp-tv-z]{26}");
    }

    @Test
    void idsSortByTime() {
        String first = ids.next();
        clock.advance(Duration.ofMillis(1));

        assertThat(ids.next()).isGreaterThan(first);
    }

    @Test
    void noTwoAreTheSame() {
        Set<String> all = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            all.add(ids.next());
        }

        assertThat(all).hasSize(10_000);
    }

    @Test
    void anItemsIdCarriesItsPlace() {
        assertThat(ids.item("msg", "c".repeat(26), 42)).matches("msg_c{26}_0000000042[0-9a-z]{16}");
    }
}
