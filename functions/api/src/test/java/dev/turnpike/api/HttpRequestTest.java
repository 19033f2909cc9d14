package dev.turnpike.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.turnpike.responses.ApiException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// API Gateway's events as requests.
class HttpRequestTest {
    private static final Path EVENTS = Path.of(System.getProperty("turnpike.root"), "events");

    @Test
    void theSampleEventsAreRead() throws IOException {
        HttpRequest health = sample("api-health.json");
        assertThat(health.id()).isEqualTo("request-1");
        assertThat(health.method()).isEqualTo("GET");
        assertThat(health.path()).isEqualTo("/health");
        assertThat(health.body()).isEmpty();
        assertThat(health.query()).isEmpty();
        HttpRequest create = sample("api-responses-stream.json");
        assertThat(create.method()).isEqualTo("POST");
        assertThat(create.path()).isEqualTo("/v1/responses");
        assertThat(create.header("authorization")).isPresent();
        assertThat(create.json(Bench.MAPPER).path("stream").booleanValue()).isTrue();
        HttpRequest chat = sample("api-chat-completions-stream.json");
        assertThat(chat.path()).isEqualTo("/v1/chat/completions");
        assertThat(chat.json(Bench.MAPPER).path("messages")).hasSize(1);
    }

    @Test
    void headersAreFoundWhateverTheirCase() {
        HttpRequest request = read("{\"headers\":{\"AUTHORIZATION\":\"a\",\"Idempotency-Key\":\"b\",\"x-none\":null}}");
        assertThat(request.header("authorization")).contains("a");
        assertThat(request.header("idempotency-key")).contains("b");
        assertThat(request.header("x-none")).contains("");
        assertThat(request.header("accept")).isEmpty();
    }

    @Test
    void whatAnEventLacksIsEmpty() {
        for (String event : List.of("{}", "{\"headers\":null,\"queryStringParameters\":null,\"body\":null}")) {
            HttpRequest request = read(event);
            assertThat(request.method()).isEqualTo("GET");
            assertThat(request.path()).isEqualTo("/");
            assertThat(request.headers()).isEmpty();
            assertThat(request.query()).isEmpty();
            assertThat(request.body()).isEmpty();
        }
    }

    @Test
    void aBodyInBase64IsDecoded() {
        String body = "{\"input\":\"é😀\u2028\"}";
        String encoded = Base64.getEncoder().encodeToString(body.getBytes(UTF_8));
        HttpRequest request = read("{\"body\":\"" + encoded + "\",\"isBase64Encoded\":true}");
        assertThat(request.body()).isEqualTo(body);
    }

    @Test
    void theQueryKeepsItsCase() {
        assertThat(read("{\"queryStringParameters\":{\"stream\":\"true\",\"Deep\":\"1\"}}")
                        .query())
                .isEqualTo(Map.of("stream", "true", "Deep", "1"));
    }

    @Test
    @DisplayName("Row 3: half a surrogate pair in a body becomes one U+FFFD")
    void halfASurrogatePairBecomesOneReplacementCharacter() {
        // Once escaped in the body, once in the event around it.
        for (String half : List.of("\\\\ud800", "\\ud800")) {
            HttpRequest request = read("{\"body\":\"{\\\"input\\\":\\\"" + half + "\\\"}\"}");
            assertThat(request.json(Bench.MAPPER)).hasToString("{\"input\":\"\uFFFD\"}");
        }
    }

    static Stream<String> outOfBounds() {
        return Stream.of(
                "[".repeat(1_000) + "]".repeat(1_000),
                "{\"a\":".repeat(1_000) + "1" + "}".repeat(1_000),
                "\"" + "x".repeat(10_000_000) + "\"",
                "{\"temperature\":" + "9".repeat(10_000) + "}");
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("outOfBounds")
    @DisplayName("Row 2: a body out of bounds is refused within 100 ms, event and all")
    void aBodyOutOfBoundsIsRefusedSoon(String body) {
        byte[] event = ("{\"body\":" + Bench.MAPPER.writeValueAsString(body) + "}").getBytes(UTF_8);
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < 7; i++) {
            HttpRequest request = HttpRequest.read(new ByteArrayInputStream(event), "request-1");
            long start = System.nanoTime();
            ApiException refusal = Objects.requireNonNull(
                    catchThrowableOfType(ApiException.class, () -> request.json(Bench.MAPPER)), "it was accepted");
            fastest = Math.min(fastest, System.nanoTime() - start);
            assertThat(refusal.status()).isEqualTo(413);
        }
        assertThat(Duration.ofNanos(fastest)).isLessThan(Duration.ofMillis(100));
    }

    private static HttpRequest sample(String name) throws IOException {
        try (InputStream event = Files.newInputStream(EVENTS.resolve(name))) {
            return HttpRequest.read(event, "request-1");
        }
    }

    private static HttpRequest read(String event) {
        return HttpRequest.read(new ByteArrayInputStream(event.getBytes(UTF_8)), "request-1");
    }
}
