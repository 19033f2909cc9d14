package dev.turnpike.api;

import dev.turnpike.access.ApiKeys;
import dev.turnpike.access.AuditLog.Event;
import dev.turnpike.access.AuditLog.Kind;
import dev.turnpike.access.KeyStore.Secret;
import dev.turnpike.access.KeyStore.Seen;
import dev.turnpike.access.KeyStore.StoredKey;
import dev.turnpike.access.KeyTerms;
import dev.turnpike.access.Owner;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.Fields;
import dev.turnpike.responses.WireText;
import dev.turnpike.wiring.AccessParts;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// `/v1/organization/api_keys`, with the admin key: makes API keys, shows and changes them. Each change is in the audit
/// log before it is made, so that none is without its event.
final class ApiKeyRoutes {
    private static final Pattern ID = Pattern.compile("[a-z2-7]{12}");
    private static final int LONGEST_SHOWN_CHANGE = 2_000;
    private static final String EXPIRE_OLD = "expire_old_in_seconds";
    private static final int LONGEST_ROTATION_SECONDS = 7 * 24 * 3_600;

    private final ApiParts parts;
    private final AccessParts access;

    ApiKeyRoutes(ApiParts parts) {
        this.parts = parts;
        this.access = parts.access();
    }

    /// `POST /v1/organization/api_keys`. The key is shown this once.
    void create(HttpRequest request, HttpReply reply) throws IOException {
        JsonNode body = request.json(parts.mapper());
        Owner owner = KeyFields.owner(body);
        Fields fields = Fields.of(body, "");
        Set<String> known = new HashSet<>(KeyFields.OF_TERMS);
        known.addAll(Set.of("tenant", "user"));
        fields.allowOnly(known);
        Instant now = parts.clock().instant();
        KeyTerms terms = KeyFields.terms(fields, KeyTerms.unrestricted(""), now);
        ApiKeys.NewKey made = access.apiKeys().create();
        var key = new StoredKey(made.id(), owner, Secret.of(ApiKeys.hash(made.text())), now, null, terms);
        note(Kind.KEY_CREATED, request, owner, made.id(), body.toString());
        if (!access.keys().create(key)) {
            throw ApiException.unavailable("The key could not be made. Try again.");
        }
        reply.json(200, json -> KeyWriter.key(json, key, made.text()));
    }

    /// `GET /v1/organization/api_keys`, of one tenant or of all.
    void list(HttpRequest request, HttpReply reply) throws IOException {
        int limit = PageQuery.limit(request);
        String tenant = request.query().get("tenant");
        String after = request.query().get("after");
        if (tenant != null) {
            KeyFields.tenant(tenant);
        }
        if (after != null && !ID.matcher(after).matches()) {
            throw PageQuery.notAnId(after, "an API key");
        }
        List<StoredKey> found = access.keys().list(tenant, after, limit + 1);
        boolean more = found.size() > limit;
        List<StoredKey> page = more ? found.subList(0, limit) : found;
        reply.json(200, json -> {
            json.writeStartObject();
            json.writeStringProperty("object", "list");
            json.writeArrayPropertyStart("data");
            page.forEach(key -> KeyWriter.key(json, key, null));
            json.writeEndArray();
            PageQuery.write(json, page.stream().map(StoredKey::id).toList(), more);
            json.writeEndObject();
        });
    }

    /// `GET /v1/organization/api_keys/{id}`.
    void get(String id, HttpReply reply) throws IOException {
        send(find(id), reply);
    }

    /// `POST /v1/organization/api_keys/{id}`: the fields that are given. It counts from the next request on.
    void change(String id, HttpRequest request, HttpReply reply) throws IOException {
        JsonNode body = request.json(parts.mapper());
        StoredKey key = find(id);
        Fields fields = Fields.of(body, "");
        fields.allowOnly(KeyFields.OF_TERMS);
        KeyTerms terms = KeyFields.terms(fields, key.terms(), parts.clock().instant());
        note(Kind.KEY_UPDATED, request, key.owner(), id, body.toString());
        if (!access.keys().change(id, terms)) {
            throw notFound(id);
        }
        send(find(id), reply);
    }

    /// `DELETE /v1/organization/api_keys/{id}`: from now on it is refused. It stays in the list.
    void disable(String id, HttpRequest request, HttpReply reply) throws IOException {
        StoredKey key = find(id);
        note(Kind.KEY_DISABLED, request, key.owner(), id, "");
        if (!access.keys().disable(id, parts.clock().instant())) {
            throw notFound(id);
        }
        reply.json(200, json -> {
            json.writeStartObject();
            json.writeStringProperty("object", "organization.api_key.deleted");
            json.writeStringProperty("id", id);
            json.writeBooleanProperty("deleted", true);
            json.writeEndObject();
        });
    }

    /// `POST /v1/organization/api_keys/{id}/rotate`: another secret, shown this once. The body may be empty.
    void rotate(String id, HttpRequest request, HttpReply reply) throws IOException {
        JsonNode body = request.body().isBlank() ? parts.mapper().createObjectNode() : request.json(parts.mapper());
        StoredKey key = find(id);
        Fields fields = Fields.of(body, "");
        fields.allowOnly(Set.of(EXPIRE_OLD));
        int seconds = fields.integer(EXPIRE_OLD, 0, LONGEST_ROTATION_SECONDS).orElse(0);
        note(Kind.KEY_ROTATED, request, key.owner(), id, body.toString());
        ApiKeys.NewKey made = access.apiKeys().renew(id);
        Instant until = parts.clock().instant().plus(Duration.ofSeconds(seconds));
        if (!access.keys().rotate(id, ApiKeys.hash(made.text()), until)) {
            throw ApiException.conflict(
                    "not_rotated", null, "The key is disabled, or is being rotated by somebody else.");
        }
        StoredKey rotated = find(id);
        reply.json(200, json -> KeyWriter.key(json, rotated, made.text()));
    }

    private StoredKey find(String id) {
        if (!ID.matcher(id).matches()) {
            throw notFound(id);
        }
        return access.keys().find(id, parts.clock().instant()).map(Seen::key).orElseThrow(() -> notFound(id));
    }

    private static ApiException notFound(String id) {
        return ApiException.notFound("API key with id '" + WireText.shown(id) + "' not found.");
    }

    private static void send(StoredKey key, HttpReply reply) throws IOException {
        reply.json(200, json -> KeyWriter.key(json, key, null));
    }

    private void note(Kind kind, HttpRequest request, Owner owner, String id, String change) {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("key", id);
        if (owner.hasUser()) {
            details.put("user", owner.user());
        }
        if (!change.isEmpty()) {
            details.put("change", change.substring(0, Math.min(change.length(), LONGEST_SHOWN_CHANGE)));
        }
        access.audit().append(new Event(kind, parts.clock().instant(), owner.tenant(), request.address(), details));
    }
}
