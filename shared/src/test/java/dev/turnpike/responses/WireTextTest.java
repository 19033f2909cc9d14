package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WireTextTest {
    @Test
    void shortTextIsShownWhole() {
        assertThat(WireText.shown("")).isEmpty();
        assertThat(WireText.shown("x".repeat(100))).isEqualTo("x".repeat(100));
    }

    @Test
    void longTextIsCutButNeverInsideACharacter() {
        assertThat(WireText.shown("x".repeat(101))).isEqualTo("x".repeat(100) + "…");
        assertThat(WireText.shown("x".repeat(99) + "😀😀")).isEqualTo("x".repeat(99) + "…");
        assertThat(WireText.shown("x".repeat(98) + "😀😀")).isEqualTo("x".repeat(98) + "😀…");
    }

    @Test
    void whatIsShownIsWellFormed() {
        assertThat(WireText.shown("a\ud800b")).isEqualTo("a\uFFFDb");
        assertThat(WireText.shown("a\udc00b" + "x".repeat(200))).startsWith("a\uFFFDb");
    }

    @Test
    void soundTextIsTheSameText() {
        String text = "é😀\u0000\uFFFF";
        assertThat(WireText.sound(text)).isSameAs(text);
    }
}
