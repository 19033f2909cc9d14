package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CheckHealthTest {
    private final Bench bench = new Bench();
    private int asked;

    @Test
    void aShallowCheckAsksNobody() throws IOException {
        bench.probes.put("table", this::fail);
        assertThat(check(Map.of()).body()).isEqualTo("{\"status\":\"ok\"}");
        assertThat(check(Map.of("deep", "false")).status()).isEqualTo(200);
        assertThat(asked).isZero();
    }

    @Test
    void aDeepCheckNamesWhoAnswers() throws IOException {
        bench.probes.put("table", () -> asked++);
        bench.probes.put("model", () -> asked++);
        Answer answer = check(Map.of("deep", "true"));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"status\":\"ok\",\"model\":\"ok\",\"table\":\"ok\"}");
    }

    @Test
    void whoeverDoesNotAnswerIsNamedWithoutAReason() throws IOException {
        bench.probes.put("table", this::fail);
        bench.probes.put("queue", () -> asked++);
        Answer answer = check(Map.of("deep", "true"));
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("{\"status\":\"failing\",\"queue\":\"ok\",\"table\":\"failing\"}");
    }

    @Test
    void whatWasFoundIsKeptForTenSeconds() throws IOException {
        bench.probes.put("table", this::fail);
        assertThat(check(Map.of("deep", "true")).status()).isEqualTo(503);
        bench.probes.put("table", () -> asked++);
        bench.work.clock.advance(Duration.ofMillis(9_999));
        assertThat(check(Map.of("deep", "true")).status()).isEqualTo(503);
        assertThat(asked).isEqualTo(1);
        bench.work.clock.advance(Duration.ofMillis(1));
        assertThat(check(Map.of("deep", "true")).status()).isEqualTo(200);
        assertThat(asked).isEqualTo(2);
    }

    private void fail() {
        asked++;
        throw new IllegalStateException("the table's name and a secret");
    }

    private Answer check(Map<String, String> query) throws IOException {
        return bench.serve(new HttpRequest("request-1", "192.0.2.1", "GET", "/health", Map.of(), query, ""));
    }
}
