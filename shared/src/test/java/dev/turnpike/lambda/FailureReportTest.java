package dev.turnpike.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FailureReportTest {
    @Test
    void namesTheClassTheMessageAndTheTopOfTheStack() {
        FailureReport report = FailureReport.of(new IllegalStateException("no table"));
        assertThat(report.errorType()).isEqualTo("java.lang.IllegalStateException");
        assertThat(report.errorMessage()).isEqualTo("no table");
        assertThat(report.stackTrace()).hasSizeBetween(1, 20);
        assertThat(report.stackTrace().getFirst()).startsWith("dev.turnpike.lambda.FailureReportTest.");
    }

    @Test
    void tellsTheCauses() {
        var cause = new IllegalArgumentException("what it was");
        assertThat(FailureReport.of(new IllegalStateException("wrapped", cause)).stackTrace())
                .contains("Caused by: java.lang.IllegalArgumentException: what it was");
    }

    @Test
    void cutsALongMessage() {
        assertThat(FailureReport.of(new IllegalStateException("x".repeat(5_000)))
                        .errorMessage())
                .hasSize(1_001)
                .endsWith("x…");
    }

    @Test
    void survivesARingOfCauses() {
        var first = new IllegalStateException("first");
        first.initCause(new IllegalStateException("second", first));
        assertThat(FailureReport.of(first).stackTrace()).hasSizeLessThanOrEqualTo(20 + 3 * 6);
    }

    @Test
    void isJsonWhateverTheMessageHolds() {
        var report = new FailureReport("T", "a\"b\\c\r\n\t\u0001é\uD83D\uDE00\uD800", List.of("f", "g"));
        assertThat(new String(report.toJson(), UTF_8))
                .isEqualTo(
                        "{\"errorMessage\":\"a\\\"b\\\\c\\r\\n\\t\\u0001é\\ud83d\\ude00\\ud800\",\"errorType\":\"T\","
                                + "\"stackTrace\":[\"f\",\"g\"]}");
    }
}
