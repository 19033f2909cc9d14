package dev.turnpike.remote;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The mapper for what is defined here and for what comes from outside, which it bounds.
final class RemoteJson {
    private static final int DEEPEST = 100;

    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private RemoteJson() {}

    /// @param arguments what a schema of an object has let through
    static ObjectNode object(String arguments) {
        return MAPPER.readTree(arguments).asObject();
    }

    /// A text as it is, anything else as JSON.
    static String text(JsonNode value) {
        return value.isString() ? value.asString() : value.toString();
    }
}
