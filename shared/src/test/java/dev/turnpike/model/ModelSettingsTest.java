package dev.turnpike.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelSettingsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:11434/v1", "http://localhost:11434/v1/"})
    void callsArePostedBelowTheBaseUrl(String base) {
        assertThat(settings(base, SECOND).endpoint())
                .isEqualTo(URI.create("http://localhost:11434/v1/chat/completions"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "api.openai.com/v1", "ftp://x.test", "https:///v1"})
    void aBaseUrlThatIsNotHttpIsRefused(String base) {
        assertThatThrownBy(() -> settings(base, SECOND))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(base);
    }

    @Test
    void aTimeLimitOfNothingIsRefused() {
        assertThatThrownBy(() -> settings("https://x.test", Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("idle");
    }

    private static ModelSettings settings(String base, Duration idle) {
        URI uri = URI.create(base);
        return new ModelSettings("openai", uri, () -> "", true, SECOND, SECOND, idle, Dialect.of(uri));
    }
}
