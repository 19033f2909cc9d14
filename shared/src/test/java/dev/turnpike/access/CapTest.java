package dev.turnpike.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.turnpike.access.Cap.Period;
import dev.turnpike.access.Cap.Scope;
import dev.turnpike.access.Cap.Unit;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CapTest {
    private static final Instant NOW = Instant.parse("2026-11-28T23:59:30Z");

    @ParameterizedTest
    @CsvSource({
        "run=2usd, RUN, TOTAL, USD, 2000000",
        "tenant/month=99.50USD, TENANT, MONTH, USD, 99500000",
        "key/day=1000000tokens, KEY, DAY, TOKENS, 1000000",
        " user/total=0.000001usd, USER, TOTAL, USD, 1",
        "conversation=0usd, CONVERSATION, TOTAL, USD, 0"
    })
    void readsWhatIsBounded(String text, Scope scope, Period period, Unit unit, long amount) {
        Cap cap = Cap.parse(text);

        assertThat(cap).isEqualTo(new Cap(scope, period, unit, amount));
        assertThat(Cap.parse(cap.toString())).isEqualTo(cap);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "run",
                "run=2",
                "run=-2usd",
                "run=1.5tokens",
                "run=1e9usd",
                "day/run=2usd",
                "run=0.0000001usd"
            })
    void refusesWhatIsNoCapAndShowsOne(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Cap.parse(text)).withMessageContaining("is no cap");
    }

    @Test
    void periodsAreNamedAndEndByUtcsClock() {
        assertThat(Period.MINUTE.name(NOW)).isEqualTo("202611282359");
        assertThat(Period.DAY.name(NOW)).isEqualTo("20261128");
        assertThat(Period.MONTH.name(NOW)).isEqualTo("202611");
        assertThat(Period.TOTAL.name(NOW)).isEmpty();
        assertThat(Period.MINUTE.next(NOW)).contains(Instant.parse("2026-11-29T00:00:00Z"));
        assertThat(Period.DAY.next(NOW)).contains(Instant.parse("2026-11-29T00:00:00Z"));
        assertThat(Period.MONTH.next(NOW)).contains(Instant.parse("2026-12-01T00:00:00Z"));
        assertThat(Period.TOTAL.next(NOW)).isEmpty();
    }

    @Test
    void theNarrowerCapCountsInPlaceOfTheWiderOne() {
        List<Cap> caps = Allowance.over(
                List.of(Cap.parse("key/day=5usd")), List.of(Cap.parse("key/day=1usd"), Cap.parse("run=1usd")));

        assertThat(caps).extracting(Cap::toString).containsExactly("key/day=5usd", "run=1usd");
    }
}
