package dev.turnpike.api;

import dev.turnpike.access.AuditLog.Event;
import dev.turnpike.access.AuditLog.Kind;
import dev.turnpike.access.AuditLog.Noted;
import dev.turnpike.access.AuditLog.Wanted;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.Fields;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.core.JsonGenerator;

/// `GET /v1/organization/audit_logs`, with the admin key: the newest first, of a `tenant` or of none.
///
/// Source of the form: OpenAI's administration API.
final class AuditRoutes {
    private static final Pattern ID = Pattern.compile("[0-9a-hjkmnp-tv-z]{26}");

    /// How long events are kept.
    private static final Duration ALL = Duration.ofDays(400);

    private final ApiParts parts;

    AuditRoutes(ApiParts parts) {
        this.parts = parts;
    }

    void list(HttpRequest request, HttpReply reply) throws IOException {
        int limit = PageQuery.limit(request);
        String tenant = request.query().getOrDefault("tenant", "");
        if (!tenant.isEmpty()) {
            KeyFields.tenant(tenant);
        }
        List<Noted> found = parts.access().audit().list(tenant, wanted(request), limit + 1);
        boolean more = found.size() > limit;
        List<Noted> page = more ? found.subList(0, limit) : found;
        reply.json(200, json -> {
            json.writeStartObject();
            json.writeStringProperty("object", "list");
            json.writeArrayPropertyStart("data");
            page.forEach(noted -> write(json, noted));
            json.writeEndArray();
            PageQuery.write(json, page.stream().map(Noted::id).toList(), more);
            json.writeEndObject();
        });
    }

    private Wanted wanted(HttpRequest request) {
        String after = request.query().get("after");
        if (after != null && !ID.matcher(after).matches()) {
            throw PageQuery.notAnId(after, "an audit event");
        }
        Instant now = parts.clock().instant();
        Instant from = seconds(request, "effective_at[gte]", 0)
                .or(() -> seconds(request, "effective_at[gt]", 1))
                .filter(now.minus(ALL)::isBefore)
                .orElse(now.minus(ALL));
        Instant to = seconds(request, "effective_at[lt]", 0)
                .or(() -> seconds(request, "effective_at[lte]", 1))
                .filter(now::isAfter)
                .orElse(now.plusSeconds(1));
        return new Wanted(from, to, kinds(request), after);
    }

    private static Optional<Instant> seconds(HttpRequest request, String name, long more) {
        String text = request.query().get(name);
        if (text == null) {
            return Optional.empty();
        }
        if (!text.matches("[0-9]{1,11}")) {
            throw ApiException.wrongType(name, "an integer", "a string");
        }
        return Optional.of(Instant.ofEpochSecond(Long.parseLong(text) + more));
    }

    private static Set<Kind> kinds(HttpRequest request) {
        String text =
                request.query().getOrDefault("event_types[]", request.query().get("event_types"));
        if (text == null) {
            return EnumSet.allOf(Kind.class);
        }
        List<String> all = Arrays.stream(Kind.values()).map(Kind::wireName).toList();
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (String name : text.split(",", -1)) {
            kinds.add(Arrays.stream(Kind.values())
                    .filter(kind -> kind.wireName().equals(name.strip()))
                    .findFirst()
                    .orElseThrow(() -> Fields.notAllowed("event_types", name, all)));
        }
        return kinds;
    }

    private static void write(JsonGenerator json, Noted noted) {
        Event event = noted.event();
        json.writeStartObject();
        json.writeStringProperty("id", noted.id());
        json.writeStringProperty("object", "organization.audit_log");
        json.writeStringProperty("type", event.kind().wireName());
        json.writeNumberProperty("effective_at", event.at().getEpochSecond());
        text(json, "tenant", event.tenant());
        json.writeObjectPropertyStart("actor");
        json.writeStringProperty("type", actor(event.kind()));
        text(json, "ip_address", event.address());
        json.writeEndObject();
        json.writeObjectPropertyStart("details");
        event.details().forEach(json::writeStringProperty);
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void text(JsonGenerator json, String name, String text) {
        if (text.isEmpty()) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, text);
        }
    }

    private static String actor(Kind kind) {
        return switch (kind) {
            case LOGIN_FAILED -> "unknown";
            case TOOL_CALLED, TOOL_REFUSED, TOOL_ASKED, IMAGE_REMOVED -> "api_key";
            case KEY_CREATED, KEY_UPDATED, KEY_ROTATED, KEY_DISABLED, LIMITS_UPDATED -> "admin_key";
        };
    }
}
