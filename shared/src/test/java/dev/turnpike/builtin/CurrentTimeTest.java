package dev.turnpike.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.tool.Calls;
import dev.turnpike.tool.ToolException;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CurrentTimeTest {
    private final CurrentTime currentTime =
            new CurrentTime(InstantSource.fixed(Instant.parse("2026-11-21T23:05:09.987Z")));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UTC              | 2026-11-21T23:05:09Z, Saturday",
                "Europe/Berlin    | 2026-11-22T00:05:09+01:00, Sunday",
                "Asia/Kathmandu   | 2026-11-22T04:50:09+05:45, Sunday",
                "America/New_York | 2026-11-21T18:05:09-05:00, Saturday",
                "+02:00           | 2026-11-22T01:05:09+02:00, Sunday",
            })
    void tellsTheTimeInTheZone(String zone, String time) throws ToolException {
        assertThat(currentTime.call(new CurrentTime.Arguments(zone), Calls.CONTEXT))
                .isEqualTo(time);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Berlin", "Europe/Atlantis", "../etc/passwd", "CEST\n"})
    void anUnknownZoneIsAnsweredWithAnExample(String zone) {
        assertThatThrownBy(() -> currentTime.call(new CurrentTime.Arguments(zone), Calls.CONTEXT))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("use an IANA name such as Europe/Berlin, or UTC");
    }
}
