package dev.turnpike.responses;

import dev.turnpike.access.KeyStore.Caching;
import dev.turnpike.run.RunRequest.Cache;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Whether answers are kept and used again: `"cache"` of a request's `"turnpike"`, and of an API key.
///
/// `true`, `false`, or how: `{"ttl_seconds": 3600, "nondeterministic": true}`.
public final class CacheField {
    public static final String NAME = "cache";

    private static final Duration USUAL = Duration.ofHours(1);
    private static final int LONGEST_SECONDS = 30 * 24 * 3_600;
    private static final Set<String> OF_CACHE = Set.of("ttl_seconds", "nondeterministic");

    private CacheField() {}

    /// @param in the object that has the field
    /// @return empty when it is not given, or is `false`
    /// @throws ApiException it is wrong
    public static Optional<Cache> read(Fields in) {
        JsonNode cache = in.value(NAME);
        if (cache != null && cache.isBoolean()) {
            return cache.booleanValue() ? Optional.of(new Cache(USUAL, false)) : Optional.empty();
        }
        return in.object(NAME).map(CacheField::how);
    }

    /// The body of a request, which says what its key says if it says nothing itself.
    public static JsonNode withDefault(JsonNode body, @Nullable Caching ofKey) {
        if (ofKey == null || !(body instanceof ObjectNode request)) {
            return body;
        }
        JsonNode ours = request.path(RequestReader.OURS);
        boolean silent = ours.isMissingNode() || ours.isNull() || (ours.isObject() && !ours.has(NAME));
        if (silent) {
            ObjectNode more = ours instanceof ObjectNode some ? some : request.putObject(RequestReader.OURS);
            more.putObject(NAME)
                    .put("ttl_seconds", ofKey.timeToLive().toSeconds())
                    .put("nondeterministic", ofKey.anyway());
        }
        return request;
    }

    private static Cache how(Fields cache) {
        cache.allowOnly(OF_CACHE);
        var seconds = cache.integer("ttl_seconds", 1, LONGEST_SECONDS);
        return new Cache(
                seconds.isPresent() ? Duration.ofSeconds(seconds.getAsInt()) : USUAL,
                cache.flag("nondeterministic").orElse(false));
    }
}
