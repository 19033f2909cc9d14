package dev.turnpike.api;

import dev.turnpike.access.ApiKeys;
import dev.turnpike.access.KeyStore.Caching;
import dev.turnpike.access.KeyStore.StoredKey;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.CacheField;
import dev.turnpike.responses.Fields;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// `POST /v1/organization/api_keys`, with the admin key: makes an API key for a tenant. It is shown this once.
final class CreateApiKey {
    private static final Pattern TENANT = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final int LONGEST_NAME = 100;

    private final ApiParts parts;

    CreateApiKey(ApiParts parts) {
        this.parts = parts;
    }

    void serve(HttpRequest request, HttpReply reply) throws IOException {
        if (!parts.authenticator().isAdmin(request.header("authorization").orElse(null))) {
            throw ApiException.unauthorized(
                    "invalid_api_key",
                    "This needs the admin key. It lies in Secrets Manager; the stack's output AdminSecretArn names"
                            + " it.");
        }
        JsonNode body = request.json(parts.mapper());
        String tenant = body.path("tenant").asString("");
        if (!TENANT.matcher(tenant).matches()) {
            throw ApiException.invalid(
                    "invalid_value", "tenant", "Invalid 'tenant': expected 1 to 64 of a-z, A-Z, 0-9, '_' and '-'.");
        }
        String name = body.path("name").asString("");
        if (name.length() > LONGEST_NAME) {
            throw ApiException.invalid("string_above_max_length", "name", "Invalid 'name': at most 100 characters.");
        }
        @Nullable
        Caching caching = CacheField.read(Fields.of(body, ""))
                .map(cache -> new Caching(cache.timeToLive(), cache.anyway()))
                .orElse(null);
        Instant now = parts.clock().instant();
        ApiKeys.NewKey key = parts.apiKeys().create();
        parts.keys().create(ApiKeys.hash(key.text()), new StoredKey(key.id(), tenant, name, now, null, caching));
        reply.json(200, json -> {
            json.writeStartObject();
            json.writeStringProperty("id", key.id());
            json.writeStringProperty("object", "organization.api_key");
            json.writeStringProperty("tenant", tenant);
            json.writeStringProperty("name", name);
            json.writeNumberProperty("created_at", now.getEpochSecond());
            if (caching != null) {
                json.writeObjectPropertyStart(CacheField.NAME);
                json.writeNumberProperty("ttl_seconds", caching.timeToLive().toSeconds());
                json.writeBooleanProperty("nondeterministic", caching.anyway());
                json.writeEndObject();
            }
            json.writeStringProperty("key", key.text());
            json.writeEndObject();
        });
    }
}
