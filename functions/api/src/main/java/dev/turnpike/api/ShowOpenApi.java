package dev.turnpike.api;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Objects;

/// `GET /openapi.json`: all of these routes as an [OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.0) document. It is
/// read when somebody asks for it, which is seldom: no start waits for it.
final class ShowOpenApi {
    private static final String DOCUMENT = "openapi.json";

    void serve(HttpReply reply) throws IOException {
        try (InputStream document = Objects.requireNonNull(ShowOpenApi.class.getResourceAsStream(DOCUMENT), DOCUMENT)) {
            reply.json(200, Map.of(), document.readAllBytes());
        }
    }
}
