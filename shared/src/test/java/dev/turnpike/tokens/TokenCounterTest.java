package dev.turnpike.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenCounterTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "abc", "äöü", "東京", "👍🏽", "a\0\u007f\u0080\u07ff\u0800\uffff", "mixed ä 東 👍"})
    void theBoundIsTheNumberOfUtf8Bytes(String text) {
        assertThat(TokenCounter.atMost(text)).isEqualTo(text.getBytes(UTF_8).length);
    }

    @Test
    void aLoneSurrogateCountsAsThreeBytes() {
        assertThat(TokenCounter.atMost("\ud83d")).isEqualTo(3);
        assertThat(TokenCounter.atMost("\udc4d\ud83d")).isEqualTo(6);
        assertThat(TokenCounter.atMost("\ud83d\ud83d\udc4d")).isEqualTo(7);
    }
}
