package dev.turnpike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EngineSettingsTest {
    @Test
    void aLeaseOutlastsTheLongestSilenceThatIsAllowed() {
        assertThat(settings(60, 5).lease()).isEqualTo(Duration.ofSeconds(100));
        assertThat(settings(5, 60).lease()).isEqualTo(Duration.ofSeconds(100));
        assertThat(settings(5, 4).lease()).isEqualTo(Duration.ofSeconds(45));
        assertThat(settings(5, 4).renewWhenLeft()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void aToolMayTakeAsLongAsItIsSet() {
        assertThat(settings(5, 4).toolTimeout()).isEqualTo(Duration.ofSeconds(4));
    }

    private static EngineSettings settings(int modelSilenceSeconds, int toolSeconds) {
        return EngineSettings.defaults("test")
                .with(
                        Duration.ofSeconds(modelSilenceSeconds),
                        Duration.ofMinutes(10),
                        Duration.ofSeconds(toolSeconds),
                        100,
                        0);
    }
}
