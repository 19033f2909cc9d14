package dev.turnpike.api;

import dev.turnpike.usage.Counter;
import dev.turnpike.usage.DailyUse;
import dev.turnpike.usage.Grouping;
import dev.turnpike.usage.Tally;
import dev.turnpike.usage.UsageReport;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/// What everybody used, with the admin key.
///
/// Source of the form of usage and costs: OpenAI's administration API.
final class UsageReports {
    private static final Set<Grouping> OF_USAGE = EnumSet.complementOf(EnumSet.of(Grouping.LINE_ITEM));
    private static final Set<Grouping> OF_COSTS =
            EnumSet.of(Grouping.PROJECT_ID, Grouping.LINE_ITEM, Grouping.API_KEY_ID);
    private static final int MOST_DAYS_OF_USAGE = 31;
    private static final int MOST_DAYS_OF_COSTS = 180;

    private final ApiParts parts;

    UsageReports(ApiParts parts) {
        this.parts = parts;
    }

    private interface Result {
        void write(JsonGenerator json, Tally tally);
    }

    /// `GET /v1/organization/usage/completions`.
    void usage(HttpRequest request, HttpReply reply) throws IOException {
        ReportQuery query = ReportQuery.read(
                request, MOST_DAYS_OF_USAGE, OF_USAGE, parts.clock().instant());
        send(query, OF_USAGE, UsageReports::usage, reply);
    }

    /// `GET /v1/organization/costs`.
    void costs(HttpRequest request, HttpReply reply) throws IOException {
        ReportQuery query = ReportQuery.read(
                request, MOST_DAYS_OF_COSTS, OF_COSTS, parts.clock().instant());
        send(query, OF_COSTS, UsageReports::costs, reply);
    }

    private void send(ReportQuery query, Set<Grouping> fields, Result result, HttpReply reply) throws IOException {
        Map<LocalDate, List<DailyUse>> days = parts.usage().days(query.filter(), query.first(), query.next());
        reply.json(200, json -> {
            json.writeStartObject();
            json.writeStringProperty("object", "page");
            json.writeArrayPropertyStart("data");
            for (LocalDate day = query.first(); day.isBefore(query.next()); day = day.plusDays(1)) {
                bucket(json, day, days.getOrDefault(day, List.of()), query.groupings(), fields, result);
            }
            json.writeEndArray();
            boolean more = query.next().isBefore(query.end());
            json.writeBooleanProperty("has_more", more);
            if (more) {
                json.writeStringProperty("next_page", query.nextPage());
            } else {
                json.writeNullProperty("next_page");
            }
            json.writeEndObject();
        });
    }

    private static void bucket(
            JsonGenerator json,
            LocalDate day,
            List<DailyUse> uses,
            Set<Grouping> groupings,
            Set<Grouping> fields,
            Result result) {
        json.writeStartObject();
        json.writeStringProperty("object", "bucket");
        json.writeNumberProperty("start_time", ReportQuery.seconds(day));
        json.writeNumberProperty("end_time", ReportQuery.seconds(day.plusDays(1)));
        json.writeArrayPropertyStart("results");
        UsageReport.grouped(uses, groupings).forEach((group, tally) -> {
            json.writeStartObject();
            result.write(json, tally);
            group(json, group, groupings, fields);
            json.writeEndObject();
        });
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void group(JsonGenerator json, List<String> group, Set<Grouping> groupings, Set<Grouping> fields) {
        Iterator<String> values = group.iterator();
        for (Grouping field : fields) {
            if (!groupings.contains(field)) {
                json.writeNullProperty(field.wireName());
                continue;
            }
            String value = values.next();
            if (field == Grouping.BATCH) {
                json.writeBooleanProperty(field.wireName(), Boolean.parseBoolean(value));
            } else {
                json.writeStringProperty(field.wireName(), value);
            }
        }
    }

    private static void usage(JsonGenerator json, Tally tally) {
        json.writeStringProperty("object", "organization.usage.completions.result");
        json.writeNumberProperty("input_tokens", tally.get(Counter.INPUT_TOKENS));
        json.writeNumberProperty("output_tokens", tally.get(Counter.OUTPUT_TOKENS));
        json.writeNumberProperty("input_cached_tokens", tally.get(Counter.CACHED_TOKENS));
        json.writeNumberProperty("input_audio_tokens", 0);
        json.writeNumberProperty("output_audio_tokens", 0);
        json.writeNumberProperty("num_model_requests", UsageWriter.calls(tally));
        json.writeObjectPropertyStart("turnpike");
        UsageWriter.tally(json, tally);
        json.writeEndObject();
    }

    private static void costs(JsonGenerator json, Tally tally) {
        json.writeStringProperty("object", "organization.costs.result");
        json.writeObjectPropertyStart("amount");
        json.writeNumberProperty("value", UsageWriter.usd(tally));
        json.writeStringProperty("currency", "usd");
        json.writeEndObject();
        json.writeObjectPropertyStart("turnpike");
        json.writeNumberProperty("unpriced_requests", tally.get(Counter.UNPRICED));
        json.writeEndObject();
    }

    /// `GET /v1/organization/statistics`, of the `tenant` and the `api_key_id` of the query.
    void statistics(HttpRequest request, HttpReply reply) throws IOException {
        String tenant = KeyFields.tenant(request.query().getOrDefault("tenant", ""));
        statistics(tenant, request.query().getOrDefault("api_key_id", ""), reply);
    }

    /// `POST /v1/organization/statistics/reset`: they begin anew. Nothing that is kept of use or money changes.
    void reset(HttpRequest request, HttpReply reply) throws IOException {
        JsonNode body = request.json(parts.mapper());
        String tenant = KeyFields.tenant(body.path("tenant").asString(""));
        String key = body.path("api_key_id").asString("");
        parts.usage().reset(tenant, key, parts.clock().instant());
        statistics(tenant, key, reply);
    }

    private void statistics(String tenant, String key, HttpReply reply) throws IOException {
        Instant now = parts.clock().instant();
        UsageReport.Statistics found = parts.usage().statistics(tenant, key, now);
        Tally tally = found.tally();
        long attempts = tally.get(Counter.ATTEMPTS);
        reply.json(200, json -> {
            json.writeStartObject();
            json.writeStringProperty("object", "organization.statistics");
            json.writeStringProperty("tenant", tenant);
            if (key.isEmpty()) {
                json.writeNullProperty("api_key_id");
            } else {
                json.writeStringProperty("api_key_id", key);
            }
            json.writeNumberProperty("since", found.since().getEpochSecond());
            UsageWriter.tally(json, tally);
            json.writeNumberProperty(
                    "abandoned_rate", attempts == 0 ? 0 : (double) tally.get(Counter.ABANDONED) / attempts);
            UsageWriter.latency(json, tally);
            json.writeEndObject();
        });
    }
}
