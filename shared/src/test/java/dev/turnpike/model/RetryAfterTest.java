package dev.turnpike.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RetryAfterTest {
    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "retry-after | 2 | PT2S",
                "Retry-After | 120 | PT2M",
                "retry-after | 1.5 | PT1.5S",
                "retry-after | 99999 | PT27H46M39S",
                "retry-after | 0 | PT0S",
                "retry-after-ms | 250 | PT0.25S",
                "retry-after | Fri, 20 Nov 2026 10:00:30 GMT | PT30S",
                "retry-after | Fri, 20 Nov 2026 09:00:00 GMT | PT0S"
            })
    void secondsMillisecondsAndDatesAreUnderstood(String name, String value, Duration expected) {
        assertThat(RetryAfter.of(headers(Map.of(name, value)), NOW)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "-5", "NaN", "Infinity", "1e9", "0x10", "99999999999999999999", "Fri, 20 Nov"})
    void garbageIsNoAnswer(String value) {
        assertThat(RetryAfter.of(headers(Map.of("retry-after", value)), NOW)).isNull();
    }

    @Test
    void millisecondsAreMoreExactThanSecondsUnlessTheyAreGarbage() {
        assertThat(RetryAfter.of(headers(Map.of("retry-after-ms", "300", "retry-after", "1")), NOW))
                .isEqualTo(Duration.ofMillis(300));
        assertThat(RetryAfter.of(headers(Map.of("retry-after-ms", "?", "retry-after", "1")), NOW))
                .isEqualTo(Duration.ofSeconds(1));
        assertThat(RetryAfter.of(headers(Map.of()), NOW)).isNull();
    }

    private static HttpHeaders headers(Map<String, String> values) {
        return HttpHeaders.of(
                values.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, e -> List.of(e.getValue()))),
                (_, _) -> true);
    }
}
