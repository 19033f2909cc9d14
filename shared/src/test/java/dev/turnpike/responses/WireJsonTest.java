package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class WireJsonTest {
    private static final Duration SOON = Duration.ofMillis(100);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " \n",
                "{",
                "{\"model\":\"gpt-4o",
                "{\"model\":\"gpt-4o\"} more",
                "{}{}",
                "model=gpt-4o",
                "{'model':'gpt-4o'}",
                "{\"model\":\"gpt-4o\",}",
                "{\"temperature\":NaN}",
                "{\"temperature\":01}",
                "// why\n{}",
                "\u0000",
                "\uFEFF{}",
                "{\"text\":\"two\nlines\"}",
                "{\"text\":\"\\x41\"}",
                "[1,2"
            })
    @DisplayName("Row 1: what is not JSON is refused with invalid_json")
    void whatIsNotJsonIsRefused(String body) {
        ApiException refusal = refusal(body);
        assertThat(refusal.status()).isEqualTo(400);
        assertThat(refusal.code()).isEqualTo("invalid_json");
        assertThat(refusal.type()).isEqualTo("invalid_request_error");
        assertThat(refusal.param()).isNull();
        assertThat(refusal).hasMessageStartingWith("We could not parse the JSON body of your request.");
    }

    @Test
    @DisplayName("Row 1: every beginning of a good body is refused")
    void everyBeginningOfAGoodBodyIsRefused() {
        String body =
                "{\"model\":\"gpt-4o-mini\",\"input\":[{\"role\":\"user\",\"content\":\"h\\u00e9\"}],\"n\":1.5e3}";
        for (int end = 0; end < body.length(); end++) {
            assertThat(refusal(body.substring(0, end)).code()).isEqualTo("invalid_json");
        }
        assertThatCode(() -> read(body)).doesNotThrowAnyException();
    }

    static Stream<String> outOfBounds() {
        return Stream.of(
                "[".repeat(1_000) + "]".repeat(1_000),
                "{\"a\":".repeat(1_000) + "1" + "}".repeat(1_000),
                "[".repeat(4_000_000),
                "{\"input\":\"" + "x".repeat(10_000_000) + "\"}",
                " ".repeat(100_000_000),
                "{\"max_output_tokens\":" + "9".repeat(10_000) + "}",
                "{\"temperature\":0." + "3".repeat(10_000) + "}",
                "{\"temperature\":1e" + "9".repeat(10_000) + "}",
                "{\"" + "n".repeat(100_000) + "\":1}");
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("outOfBounds")
    @DisplayName("Row 2: what is nested too deeply or too long is refused within 100 ms")
    void whatIsOutOfBoundsIsRefusedSoon(String body) {
        ApiException refusal = refusal(body);
        assertThat(refusal.status()).isEqualTo(413);
        assertThat(refusal.code()).isEqualTo("request_too_large");
        assertThat(fastest(() -> refusal(body))).isLessThan(SOON);
    }

    @Test
    @DisplayName("Row 2: numbers of odd size are read and judged within 100 ms")
    void numbersOfOddSizeCostNoTime() {
        for (String number : List.of("1e999999999", "-1e999999999", "1e-999999999", "9".repeat(400))) {
            for (String field : List.of("temperature", "max_output_tokens", "metadata", "store")) {
                assertThat(fastest(() -> Requests.refusalWith("\"user\":{},\"" + field + "\":" + number)))
                        .as(field + " " + number)
                        .isLessThan(SOON);
            }
        }
    }

    @Test
    void nestingAndLengthWithinBoundsAreRead() {
        assertThatCode(() -> read("[".repeat(200) + "]".repeat(200))).doesNotThrowAnyException();
        assertThat(read("\"" + "x".repeat(8_000_000) + "\"").asString()).hasSize(8_000_000);
    }

    @Test
    void ofTwoFieldsOfOneNameTheLastCounts() {
        assertThat(read("{\"a\":1,\"a\":2}").toString()).isEqualTo("{\"a\":2}");
    }

    @Test
    @DisplayName("Row 3: half a surrogate pair becomes one U+FFFD in every name and text")
    void halfASurrogatePairBecomesOneReplacementCharacter() {
        assertThat(read("[\"\\udc00x\",{\"b\":\"\\ud83d\\ude00 \\ud83d\\ud83d\\ude00\\ude00\"},\"\\ud800\"]"))
                .hasToString("[\"\uFFFDx\",{\"b\":\"😀 \uFFFD😀\uFFFD\"},\"\uFFFD\"]");
        assertThat(read("{\"a\ud800\":\"\udc00\"}")).hasToString("{\"a\uFFFD\":\"\uFFFD\"}");
    }

    @Test
    @DisplayName("Row 3: other odd text stays as it is")
    void otherOddTextStaysAsItIs() {
        String odd = "\u0000\u001f\u007f\u2028\u2029\u202e\uFEFF\uFFFD\uFFFE\uFFFF😀é";
        assertThat(read(Requests.MAPPER.writeValueAsString(odd)).asString()).isEqualTo(odd);
    }

    private static JsonNode read(String body) {
        return WireJson.read(Requests.MAPPER, body);
    }

    private static ApiException refusal(String body) {
        return Objects.requireNonNull(catchThrowableOfType(ApiException.class, () -> read(body)), "it was accepted");
    }

    /// The fastest of a few tries: the others met a cold JVM or a busy machine.
    private static Duration fastest(Runnable work) {
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < 7; i++) {
            long start = System.nanoTime();
            work.run();
            fastest = Math.min(fastest, System.nanoTime() - start);
        }
        return Duration.ofNanos(fastest);
    }
}
