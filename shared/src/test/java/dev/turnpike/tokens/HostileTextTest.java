package dev.turnpike.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a caller might send to keep us busy: a word without end is where tokenizers take quadratic time or run out of
/// stack.
class HostileTextTest {
    private static final int SHORT = 128 * 1024;
    private static final int LONG = 1024 * 1024;

    /// Eight times as long a text may take this many times as long. Quadratic time would be 64 times.
    private static final int MOST_GROWTH = 24;

    /// Times below this are mostly noise.
    private static final long NOISE = Duration.ofMillis(250).toNanos();

    private static final TokenCounter COUNTER = new JtokkitCounter();

    static Stream<Arguments> pieces() {
        return Stream.of(
                Arguments.of("one letter", "a"),
                Arguments.of("capitals", "A"),
                Arguments.of("spaces", " "),
                Arguments.of("digits", "7"),
                Arguments.of("ideographs", "漢"),
                Arguments.of("Hangul", "한"),
                Arguments.of("emoji joined", "👩\u200d"),
                Arguments.of("combining marks", "\u0301"),
                Arguments.of("punctuation", "!?#/-"),
                Arguments.of("line ends", "\n"),
                Arguments.of("spaced line ends", " \n"),
                Arguments.of("zeros", "\0"),
                Arguments.of("base64", random("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")),
                Arguments.of("random letters", random("abcdefghijklmnopqrstuvwxyz")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pieces")
    void timeGrowsWithTheTextAndNotWithItsSquare(String name, String piece) {
        COUNTER.count(text(piece, SHORT));
        long brief = quickest(text(piece, SHORT), 3);
        long whole = quickest(text(piece, LONG), 1);
        System.out.printf(Locale.ROOT, "%-18s 128 K %5d ms, 1 M %5d ms%n", name, brief / 1_000_000, whole / 1_000_000);

        assertThat(whole).isLessThan(MOST_GROWTH * Math.max(brief, NOISE));
    }

    /// Whatever is put between two texts, or taken from between them, a bound holds.
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 1_000, 100_000})
    void aRunNeverCountsMoreThanItsBytes(int length) {
        for (String piece : new String[] {"a", " ", "7", "漢", "👩\u200d", "\n", "!?#/-", "\ud800"}) {
            String text = piece.repeat(length);

            assertThat((long) COUNTER.count(text)).isBetween(1L, TokenCounter.atMost(text));
        }
    }

    private static long quickest(String text, int times) {
        long quickest = Long.MAX_VALUE;
        for (int i = 0; i < times; i++) {
            long begin = System.nanoTime();
            assertThat(COUNTER.count(text)).isPositive();
            quickest = Math.min(quickest, System.nanoTime() - begin);
        }
        return quickest;
    }

    private static String text(String piece, int length) {
        return piece.repeat(Math.ceilDiv(length, piece.length())).substring(0, length);
    }

    private static String random(String alphabet) {
        var random = new Random(11);
        var text = new StringBuilder();
        for (int i = 0; i < LONG; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }
}
