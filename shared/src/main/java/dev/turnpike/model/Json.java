package dev.turnpike.model;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// The one factory of this package's JSON parsers and generators.
final class Json {
    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(200)
                    .maxNumberLength(200)
                    .maxNameLength(10_000)
                    .build())
            .build();

    private Json() {}
}
