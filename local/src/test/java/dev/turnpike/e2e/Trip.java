package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.responses.WireJson;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// What the clients for Java send beside words: an image, and the form of an answer with what the demo model makes of
/// it.
final class Trip {
    static final String PIXEL =
            "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    static final String QUESTION = "Plan 3 days in \"Oslo\"";
    static final Map<String, Object> SCHEMA = Map.of(
            "type",
            "object",
            "properties",
            Map.of(
                    "city", Map.of("type", "string"),
                    "days", Map.of("type", "integer"),
                    "dry", Map.of("type", "boolean")),
            "required",
            List.of("city", "days", "dry"),
            "additionalProperties",
            false);

    private static final JsonNode ANSWER =
            WireJson.mapper().valueToTree(Map.of("city", "Oslo", "days", 3, "dry", true));

    private Trip() {}

    static void assertAnswer(String text) {
        assertThat(WireJson.mapper().readTree(text)).isEqualTo(ANSWER);
    }
}
