package dev.turnpike.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class MetricLineTest {
    private static final Instant NOW = Instant.parse("2026-11-25T10:00:00.250Z");

    @Test
    void itIsOneLineOfTheEmbeddedMetricFormat() {
        byte[] line = MetricLine.of("reaper", LogLevel.ERROR, NOW, new TreeMap<>(Map.of("Woken", 3, "Stuck", 0)));

        assertThat(new String(line, UTF_8)).endsWith("}\n").containsOnlyOnce("\n");
        assertThat(new JsonMapper().readTree(line)).isEqualTo(new JsonMapper().readTree("""
            {"timestamp": "2026-11-25T10:00:00.250Z", "level": "ERROR",
             "_aws": {"Timestamp": 1795600800250, "CloudWatchMetrics": [{
               "Namespace": "Turnpike", "Dimensions": [["FunctionName"]],
               "Metrics": [{"Name": "Stuck", "Unit": "Count"}, {"Name": "Woken", "Unit": "Count"}]}]},
             "FunctionName": "reaper", "Stuck": 0, "Woken": 3}
            """));
    }
}
