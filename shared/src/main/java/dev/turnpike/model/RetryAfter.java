package dev.turnpike.model;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// How long a provider asks to wait.
final class RetryAfter {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,12}(\\.\\d{1,9})?");

    private RetryAfter() {}

    /// From `retry-after-ms`, or `retry-after` in seconds or as a date. As long as the provider says, were it absurd;
    /// zero for a date in the past; null when neither header can be read.
    static @Nullable Duration of(HttpHeaders headers, Instant now) {
        return headers.firstValue("retry-after-ms")
                .flatMap(value -> number(value, 1))
                .or(() -> headers.firstValue("retry-after")
                        .flatMap(value -> number(value, 1000).or(() -> date(value, now))))
                .orElse(null);
    }

    private static Optional<Duration> number(String value, int millis) {
        String number = value.strip();
        return NUMBER.matcher(number).matches()
                ? Optional.of(Duration.ofMillis(Math.round(Double.parseDouble(number) * millis)))
                : Optional.empty();
    }

    private static Optional<Duration> date(String value, Instant now) {
        try {
            var at = ZonedDateTime.parse(value.strip(), DateTimeFormatter.RFC_1123_DATE_TIME);
            var left = Duration.between(now, at.toInstant());
            return Optional.of(left.isNegative() ? Duration.ZERO : left);
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }
}
