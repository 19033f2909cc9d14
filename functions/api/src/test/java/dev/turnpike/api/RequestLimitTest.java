package dev.turnpike.api;

import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.Allowance;
import dev.turnpike.fake.MemoryAccess;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How many runs a key may ask for in a minute.
class RequestLimitTest {
    private static final String HELLO = "{\"model\": \"gpt-4o\", \"input\": \"Hello\"}";

    private final MemoryAccess access = new MemoryAccess();
    private final Bench bench = new Bench(access, new Allowance(2, 0, List.of()));

    @Test
    void everyAnswerSaysWhatIsLeft() throws IOException {
        bench.work.clock.advance(Duration.ofSeconds(48));

        Answer first = bench.create(HELLO);
        Answer second = bench.create("{}");

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.header("x-ratelimit-limit-requests")).isEqualTo("2");
        assertThat(first.header("x-ratelimit-remaining-requests")).isEqualTo("1");
        assertThat(first.header("x-ratelimit-reset-requests")).isEqualTo("12s");
        assertThat(second.status()).isEqualTo(400);
        assertThat(second.header("x-ratelimit-remaining-requests")).isEqualTo("0");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        /v1/responses         | {"model": "gpt-4o", "input": "Hello"}
        /v1/responses         | {"model": "gpt-4o", "input": "Hello", "stream": true}
        /v1/responses         | {"model": "gpt-4o", "input": "Hello", "background": true}
        /v1/responses/compact | {"model": "gpt-4o", "input": "Hello"}
        /v1/chat/completions  | {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]}
        /v1/chat/completions  | {"model": "gpt-4o", "stream": true, "messages": [{"role": "user", "content": "Hello"}]}
        """)
    void whatIsTooMuchIsRefusedAndMakesNoRun(String path, String body) throws IOException {
        bench.create(HELLO);
        bench.create(HELLO);

        Answer third = bench.post(path, body);

        assertThat(third.status()).isEqualTo(429);
        assertThat(third.json().at("/error/code").asString()).isEqualTo("rate_limit_exceeded");
        assertThat(third.json().at("/error/type").asString()).isEqualTo("requests");
        assertThat(third.header("retry-after")).isEqualTo("60");
        assertThat(third.header("retry-after-ms")).isEqualTo("60000");
        assertThat(third.header("x-ratelimit-remaining-requests")).isEqualTo("0");
        assertThat(third.header("x-ratelimit-reset-requests")).isEqualTo("1m0s");
        assertThat(bench.work.store.runs()).hasSize(2);
    }

    @Test
    void theNextMinuteBeginsAnew() throws IOException {
        bench.create(HELLO);
        bench.create(HELLO);
        assertThat(bench.create(HELLO).status()).isEqualTo(429);

        bench.work.clock.advance(Duration.ofMinutes(1));

        assertThat(bench.create(HELLO).status()).isEqualTo(200);
    }

    @Test
    void everyKeyHasItsOwn() throws IOException {
        Map<String, String> other = Map.of("authorization", bench.keyOf("tenant-2"));
        for (int i = 0; i < 3; i++) {
            bench.create(HELLO);
        }

        assertThat(bench.send("POST", "/v1/responses", other, HELLO).status()).isEqualTo(200);
    }

    @Test
    void whatMakesNoRunIsNotCounted() throws IOException {
        for (int i = 0; i < 5; i++) {
            Answer listed = bench.get("/v1/models");
            assertThat(listed.status()).isEqualTo(200);
            assertThat(listed.headers()).doesNotContainKey("x-ratelimit-limit-requests");
        }

        assertThat(bench.create(HELLO).header("x-ratelimit-remaining-requests")).isEqualTo("1");
    }

    @Test
    void aRepeatedRequestIsAnsweredHoweverManyCame() throws IOException {
        bench.work.model.plays(says("Once."), says("Twice."));
        Map<String, String> key = Map.of("idempotency-key", "order-17");
        Answer first = bench.send("POST", "/v1/responses", key, HELLO);
        bench.create(HELLO);

        Answer again = bench.send("POST", "/v1/responses", key, HELLO);

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json().path("id")).isEqualTo(first.json().path("id"));
        assertThat(bench.send("POST", "/v1/responses", Map.of("idempotency-key", "order-18"), HELLO)
                        .status())
                .isEqualTo(429);
    }

    @Test
    void aCounterThatIsDownLocksNobodyOutAndIsLogged() throws IOException {
        access.writesDown = true;
        for (int i = 0; i < 3; i++) {
            Answer answer = bench.create(HELLO);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers()).doesNotContainKey("x-ratelimit-limit-requests");
        }

        assertThat(bench.context.logged).anyMatch(line -> line.contains("requests are not counted"));
    }

    @Test
    void nobodyIsCountedWithoutALimit() throws IOException {
        var unlimited = new Bench();
        Answer answer = unlimited.create(HELLO);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers()).doesNotContainKey("x-ratelimit-limit-requests");
    }
}
