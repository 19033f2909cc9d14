package dev.turnpike.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FailureTraceTest {
    @Test
    void whatWasThrownAndWhereIsToldWithoutAMessage() {
        var failure = new IllegalStateException("a caller's words", new IllegalArgumentException("a provider's words"));
        assertThat(FailureTrace.of(failure))
                .startsWith("java.lang.IllegalStateException at dev.turnpike.lambda.FailureTraceTest")
                .contains("; caused by java.lang.IllegalArgumentException at ")
                .doesNotContain("words", "\n");
    }
}
