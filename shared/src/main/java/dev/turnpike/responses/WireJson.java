package dev.turnpike.responses;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/// The one mapper for JSON of ours and of callers. It binds no types; what it reads is bounded.
public final class WireJson {
    private static final int DEEPEST_NESTING = 200;
    private static final int LONGEST_NUMBER = 400;
    private static final int LONGEST_STRING = 8 * 1024 * 1024;
    private static final int LONGEST_NAME = 1_024;

    private WireJson() {}

    public static JsonMapper mapper() {
        var constraints = StreamReadConstraints.builder()
                .maxNestingDepth(DEEPEST_NESTING)
                .maxNumberLength(LONGEST_NUMBER)
                .maxStringLength(LONGEST_STRING)
                .maxNameLength(LONGEST_NAME)
                .build();
        return JsonMapper.builder(
                        JsonFactory.builder().streamReadConstraints(constraints).build())
                .build();
    }
}
