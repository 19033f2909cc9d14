package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The bench's operator lets `seed` and whatever begins with `x_` through.
class PassedParametersTest {
    private static final String INPUT = "{\"model\":\"gpt-4o\",\"input\":\"Hello\",";
    private static final String MESSAGES =
            "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}],";

    private final Bench bench = new Bench();

    @ParameterizedTest
    @ValueSource(strings = {"", "\"stream\":true,"})
    void whatTheOperatorLetsThroughReachesTheProvider(String how) throws IOException {
        assertThat(bench.create(INPUT + how + "\"x_min_p\":0.1,\"seed\":7}").status())
                .isEqualTo(200);
        assertThat(sent()).isEqualTo(Map.of("x_min_p", "0.1", "seed", "7"));

        assertThat(bench.complete(MESSAGES + how + "\"x_min_p\":0.1}").status()).isEqualTo(200);
        assertThat(sent()).isEqualTo(Map.of("x_min_p", "0.1"));
    }

    @Test
    void aRunInTheBackgroundHandsThemOnAsWell() throws IOException {
        bench.create(INPUT + "\"background\":true,\"x_min_p\":0.1}");
        bench.work.work();

        assertThat(sent()).isEqualTo(Map.of("x_min_p", "0.1"));
    }

    @ParameterizedTest
    @DisplayName("Row 36: addresses, keys and headers are refused, and so is what nobody lets through")
    @ValueSource(strings = {"base_url", "api_base", "api_key", "headers", "extra_headers", "y_unknown", "stop_at"})
    void othersAreRefused(String name) throws IOException {
        String field = "\"" + name + "\":\"https://evil.example\"}";
        assertThat(bench.create(INPUT + field).code()).isEqualTo("unknown_parameter");
        assertThat(bench.complete(MESSAGES + field).code()).isEqualTo("unknown_parameter");
        assertThat(bench.work.model.requests()).isEmpty();
    }

    private Map<String, String> sent() {
        return bench.work.model.requests().getLast().parameters();
    }
}
