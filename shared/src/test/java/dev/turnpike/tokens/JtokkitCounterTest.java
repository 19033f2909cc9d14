package dev.turnpike.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.EncodingType;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JtokkitCounterTest {
    private static final TokenCounter COUNTER = new JtokkitCounter();

    /// The counts are tiktoken's.
    static Stream<Arguments> counted() {
        return Stream.of(
                Arguments.of("", 0),
                Arguments.of("Hello, world!", 4),
                Arguments.of("<|endoftext|>", 7),
                Arguments.of("a<|endofprompt|>b", 9),
                Arguments.of("👍🏽 family 👨‍👩‍👧‍👦", 15),
                Arguments.of("東京特許許可局と日本語のテスト。", 13),
                Arguments.of("안녕하세요 세계", 3),
                Arguments.of("مرحبا بالعالم", 4),
                Arguments.of("a\ud800b", 3),
                Arguments.of("\udc00", 1),
                Arguments.of("\ud83d\ud83d\udc4d", 2),
                Arguments.of("a\0b", 3),
                Arguments.of("I'm don't we'll THEY'VE", 6),
                Arguments.of("1234567890123", 5),
                Arguments.of("\r\n\r\n  \n", 2),
                Arguments.of(" ".repeat(200), 2),
                Arguments.of("a".repeat(1000), 125),
                Arguments.of("public static void main(String[] args) {\n\tSystem.out.println(\"x\");\n}", 16));
    }

    @ParameterizedTest
    @MethodSource("counted")
    void countsWhatTiktokenCounts(String text, int tokens) {
        assertThat(COUNTER.count(text)).isEqualTo(tokens);
    }

    @ParameterizedTest
    @MethodSource("counted")
    void neverCountsMoreThanTheBound(String text, int tokens) {
        assertThat(TokenCounter.atMost(text)).isGreaterThanOrEqualTo(tokens);
    }

    @Test
    void aLoneSurrogateCountsAsTheReplacementCharacterThatIsSent() {
        assertThat(COUNTER.count("??\ud800\ud800??")).isEqualTo(COUNTER.count("??\ufffd\ufffd??"));
    }

    @Test
    void manyFirstCountsAtOnceAgree() throws Exception {
        TokenCounter fresh = new JtokkitCounter("cl100k_base");
        List<Callable<Integer>> counts = List.of(
                () -> fresh.count("Hello"),
                () -> fresh.count("Hello"),
                () -> fresh.count("Hello"),
                () -> fresh.count("Hello"));
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Integer> count : executor.invokeAll(counts)) {
                assertThat(count.get()).isEqualTo(1);
            }
        }
    }

    @Test
    void anUnknownEncodingIsRefusedAtOnce() {
        assertThatThrownBy(() -> new JtokkitCounter("p600k"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("p600k");
    }

    @Test
    void aLongTextHasTheSameTokensInPiecesAsWhole() {
        var random = new Random(7);
        var text = new StringBuilder();
        while (text.length() < 300_000) {
            text.append(List.of("Hello, ", "the lazy dog ", "42 ", "naïve ", "\n\n", "x", "漢字 ", "I'm ", "  ", "👍 ")
                    .get(random.nextInt(10)));
        }
        int whole = Encodings.newLazyEncodingRegistry()
                .getEncoding(EncodingType.O200K_BASE)
                .countTokensOrdinary(text.toString());

        assertThat(COUNTER.count(text.toString())).isEqualTo(whole);
    }
}
