package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FailureTest {
    @Test
    void whatWasThrownAndWhereIsToldWithoutAMessage() {
        var failure = new IllegalStateException("a caller's words", new NullPointerException("a provider's words"));
        assertThat(Failure.describe(failure))
                .startsWith("java.lang.IllegalStateException at dev.turnpike.api.FailureTest")
                .contains("; caused by java.lang.NullPointerException at ")
                .doesNotContain("words", "\n");
    }
}
