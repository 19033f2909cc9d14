package dev.turnpike.api;

import dev.turnpike.access.Accounts.Both;
import dev.turnpike.access.Allowance;
import dev.turnpike.access.AuditLog.Event;
import dev.turnpike.access.AuditLog.Kind;
import dev.turnpike.access.Owner;
import dev.turnpike.responses.Fields;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// `/v1/organization/limits`, with the admin key: what a tenant, or a user of a tenant, may use.
final class LimitRoutes {
    private final ApiParts parts;

    LimitRoutes(ApiParts parts) {
        this.parts = parts;
    }

    /// `GET /v1/organization/limits`, of the `tenant` and the `user` of the query.
    void get(HttpRequest request, HttpReply reply) throws IOException {
        var owner = new Owner(
                KeyFields.tenant(request.query().getOrDefault("tenant", "")),
                KeyFields.user(request.query().getOrDefault("user", "")));
        send(owner, reply);
    }

    /// `POST /v1/organization/limits`: the fields that are given. They count from the next request on.
    void change(HttpRequest request, HttpReply reply) throws IOException {
        JsonNode body = request.json(parts.mapper());
        Owner owner = KeyFields.owner(body);
        Fields fields = Fields.of(body, "");
        Set<String> known = new HashSet<>(KeyFields.OF_ALLOWANCE);
        known.addAll(Set.of("tenant", "user"));
        fields.allowOnly(known);
        Allowance allowance = KeyFields.allowance(fields, allowance(owner));
        Map<String, String> details = new LinkedHashMap<>();
        if (owner.hasUser()) {
            details.put("user", owner.user());
        }
        details.put("change", body.toString());
        Instant now = parts.clock().instant();
        parts.access().audit().append(new Event(Kind.LIMITS_UPDATED, now, owner.tenant(), request.address(), details));
        parts.access().accounts().allow(owner, allowance);
        send(owner, reply);
    }

    private void send(Owner owner, HttpReply reply) throws IOException {
        Allowance allowance = allowance(owner);
        reply.json(200, json -> KeyWriter.limits(json, owner, allowance));
    }

    private Allowance allowance(Owner owner) {
        Both both = parts.access().accounts().find(owner, parts.clock().instant());
        return (owner.hasUser() ? both.user() : both.tenant()).allowance();
    }
}
