package dev.turnpike.api;

import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Lets scripts of other web origins read answers, as the [Fetch
/// Standard](https://fetch.spec.whatwg.org/#http-cors-protocol)
/// has it. Only origins that the operator named are told so; a browser keeps the answer from all others.
///
/// There are no cookies here: whoever calls has a key, so nothing is allowed that a key does not allow.
final class Cors {
    private static final String EXPOSED =
            "x-request-id, x-client-request-id, openai-processing-ms, retry-after, retry-after-ms, x-should-retry,"
                    + " x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests,"
                    + " x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens,"
                    + " turnpike-cap-warning";
    private static final String METHODS = "GET, POST, DELETE";
    private static final String USUAL_HEADERS =
            "authorization, content-type, idempotency-key, x-api-key, x-client-request-id";
    private static final String SECONDS = "7200";

    private static final Pattern HEADER_NAMES = Pattern.compile("[A-Za-z0-9_-]+( *, *[A-Za-z0-9_-]+){0,63}");

    private final Predicate<String> allowed;

    /// @param allowed which origins, such as `https://chat.example.com`
    Cors(Predicate<String> allowed) {
        this.allowed = allowed;
    }

    /// What every answer carries.
    Map<String, String> headers(HttpRequest request) {
        return origin(request)
                .map(origin -> Map.of(
                        "access-control-allow-origin", origin,
                        "access-control-expose-headers", EXPOSED,
                        "vary", "origin"))
                .orElse(Map.of());
    }

    /// Whether a browser asks what it may send.
    boolean preflight(HttpRequest request) {
        return request.method().equals("OPTIONS")
                && request.header("access-control-request-method").isPresent()
                && origin(request).isPresent();
    }

    /// What the answer to that carries beside them.
    Map<String, String> permission(HttpRequest request) {
        String headers = request.header("access-control-request-headers")
                .filter(names -> HEADER_NAMES.matcher(names).matches())
                .orElse(USUAL_HEADERS);
        return Map.of(
                "access-control-allow-methods", METHODS,
                "access-control-allow-headers", headers,
                "access-control-max-age", SECONDS);
    }

    private Optional<String> origin(HttpRequest request) {
        return request.header("origin").filter(allowed);
    }
}
