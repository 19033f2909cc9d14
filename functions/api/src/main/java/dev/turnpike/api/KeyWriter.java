package dev.turnpike.api;

import dev.turnpike.access.Allowance;
import dev.turnpike.access.Cap;
import dev.turnpike.access.KeyScope;
import dev.turnpike.access.KeyStore.Caching;
import dev.turnpike.access.KeyStore.StoredKey;
import dev.turnpike.access.KeyTerms;
import dev.turnpike.access.Owner;
import dev.turnpike.responses.CacheField;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Shows keys and limits.
final class KeyWriter {
    private KeyWriter() {}

    /// @param text of the key, which is shown when it is made; null otherwise
    static void key(JsonGenerator json, StoredKey key, @Nullable String text) {
        KeyTerms terms = key.terms();
        json.writeStartObject();
        json.writeStringProperty("id", key.id());
        json.writeStringProperty("object", "organization.api_key");
        owner(json, key.owner());
        json.writeStringProperty("name", terms.name());
        names(
                json,
                "scopes",
                terms.scopes().stream().map(KeyScope::wireName).sorted().toList());
        names(json, "models", terms.models().patterns());
        names(json, "tools", terms.tools().patterns());
        allowance(json, terms.allowance());
        json.writeNumberProperty("created_at", key.createdAt().getEpochSecond());
        time(json, "expires_at", terms.expiresAt());
        time(json, "disabled_at", key.disabledAt());
        cache(json, terms.caching());
        if (text != null) {
            json.writeStringProperty("key", text);
        }
        json.writeEndObject();
    }

    static void limits(JsonGenerator json, Owner owner, Allowance allowance) {
        json.writeStartObject();
        json.writeStringProperty("object", "organization.limits");
        owner(json, owner);
        allowance(json, allowance);
        json.writeEndObject();
    }

    private static void owner(JsonGenerator json, Owner owner) {
        json.writeStringProperty("tenant", owner.tenant());
        if (owner.hasUser()) {
            json.writeStringProperty("user", owner.user());
        } else {
            json.writeNullProperty("user");
        }
    }

    private static void allowance(JsonGenerator json, Allowance allowance) {
        count(json, "requests_per_minute", allowance.requestsPerMinute());
        count(json, "concurrent_runs", allowance.concurrentRuns());
        names(json, "caps", allowance.caps().stream().map(Cap::toString).toList());
    }

    private static void count(JsonGenerator json, String name, @Nullable Integer count) {
        if (count == null) {
            json.writeNullProperty(name);
        } else {
            json.writeNumberProperty(name, count);
        }
    }

    static void time(JsonGenerator json, String name, @Nullable Instant time) {
        if (time == null) {
            json.writeNullProperty(name);
        } else {
            json.writeNumberProperty(name, time.getEpochSecond());
        }
    }

    private static void names(JsonGenerator json, String name, List<String> names) {
        json.writeArrayPropertyStart(name);
        names.forEach(json::writeString);
        json.writeEndArray();
    }

    private static void cache(JsonGenerator json, @Nullable Caching caching) {
        if (caching != null) {
            json.writeObjectPropertyStart(CacheField.NAME);
            json.writeNumberProperty("ttl_seconds", caching.timeToLive().toSeconds());
            json.writeBooleanProperty("nondeterministic", caching.anyway());
            json.writeEndObject();
        }
    }
}
