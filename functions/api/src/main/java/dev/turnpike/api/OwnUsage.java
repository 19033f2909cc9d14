package dev.turnpike.api;

import dev.turnpike.access.Balance;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Principal;
import dev.turnpike.access.Standing.Capped;
import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.run.Run;
import dev.turnpike.usage.DailyUse;
import dev.turnpike.usage.Grouping;
import dev.turnpike.usage.Tally;
import dev.turnpike.usage.UsageFilter;
import dev.turnpike.usage.UsageReport;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/// What a caller used: its key, or one of its responses.
final class OwnUsage {
    private final ApiParts parts;
    private final StoredResponses responses;

    OwnUsage(ApiParts parts, StoredResponses responses) {
        this.parts = parts;
        this.responses = responses;
    }

    /// `GET /v1/usage`: of the key, today and this month, by UTC's clock.
    void key(Principal caller, HttpReply reply) throws IOException {
        LocalDate today = LocalDate.ofInstant(parts.clock().instant(), ZoneOffset.UTC);
        var filter = UsageFilter.of(caller.tenant(), caller.keyId());
        var days = parts.usage().days(filter, today.withDayOfMonth(1), today.plusDays(1));
        List<Capped> capped = parts.access().door().capped(caller.keyId());
        List<DailyUse> month = days.values().stream().flatMap(List::stream).toList();
        reply.json(200, json -> {
            json.writeStartObject();
            json.writeStringProperty("object", "usage");
            json.writeStringProperty("api_key_id", caller.keyId());
            json.writeObjectPropertyStart("today");
            UsageWriter.tally(json, sum(days.getOrDefault(today, List.of())));
            json.writeEndObject();
            json.writeObjectPropertyStart("month");
            UsageWriter.tally(json, sum(month));
            json.writeArrayPropertyStart("models");
            UsageReport.grouped(month, EnumSet.of(Grouping.MODEL)).forEach((model, tally) -> {
                json.writeStartObject();
                json.writeStringProperty("model", model.getFirst());
                UsageWriter.tally(json, tally);
                json.writeEndObject();
            });
            json.writeEndArray();
            json.writeEndObject();
            caps(json, capped);
            json.writeEndObject();
        });
    }

    private static void caps(JsonGenerator json, List<Capped> capped) {
        json.writeArrayPropertyStart("caps");
        capped.forEach(each -> json.writeString(each.cap().toString()));
        json.writeEndArray();
        json.writeArrayPropertyStart("balances");
        capped.forEach(each -> each.balance().ifPresent(balance -> balance(json, each.cap(), balance)));
        json.writeEndArray();
    }

    private static void balance(JsonGenerator json, Cap cap, Balance balance) {
        json.writeStartObject();
        json.writeStringProperty("cap", cap.toString());
        amount(json, "used", cap, balance.used(cap));
        // A cap may have been lowered since.
        amount(json, "left", cap, Math.max(0, balance.left(cap)));
        json.writeEndObject();
    }

    private static void amount(JsonGenerator json, String name, Cap cap, long amount) {
        switch (cap.unit()) {
            case USD -> json.writeNumberProperty(name, UsageWriter.usd(amount));
            case TOKENS -> json.writeNumberProperty(name, amount);
        }
    }

    private static Tally sum(List<DailyUse> uses) {
        return uses.stream().map(DailyUse::tally).reduce(Tally.NONE, Tally::plus);
    }

    /// `GET /v1/responses/{id}/usage`: its ledger, attempt by attempt.
    void response(String id, Principal caller, HttpReply reply) throws IOException {
        Run run = responses.find(caller, id);
        List<LedgerRow> rows = parts.runs().ledger(run.key());
        reply.json(200, json -> {
            json.writeStartObject();
            json.writeStringProperty("object", "response.usage");
            json.writeStringProperty("id", run.key().responseId());
            json.writeObjectPropertyStart("total");
            UsageWriter.tally(json, rows.stream().map(Tally::of).reduce(Tally.NONE, Tally::plus));
            json.writeEndObject();
            json.writeArrayPropertyStart("attempts");
            rows.forEach(row -> attempt(json, row));
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static void attempt(JsonGenerator json, LedgerRow row) {
        Long micros = row.cost().micros();
        json.writeStartObject();
        json.writeNumberProperty("step", row.step());
        json.writeNumberProperty("fence", row.fence());
        json.writeStringProperty("state", row.state().name().toLowerCase(Locale.ROOT));
        json.writeStringProperty("model", row.model());
        json.writeStringProperty("service_tier", row.serviceTier().isEmpty() ? "default" : row.serviceTier());
        json.writeBooleanProperty("from_cache", row.fromCache());
        json.writeNumberProperty("input_tokens", row.usage().inputTokens());
        json.writeNumberProperty("cached_tokens", row.usage().cachedTokens());
        json.writeNumberProperty("cache_write_tokens", row.usage().cacheWriteTokens());
        json.writeNumberProperty("output_tokens", row.usage().outputTokens());
        json.writeNumberProperty("reasoning_tokens", row.usage().reasoningTokens());
        json.writeBooleanProperty("estimated", row.usage().estimated());
        if (micros == null) {
            json.writeNullProperty("cost_usd");
        } else {
            json.writeNumberProperty("cost_usd", UsageWriter.usd(micros));
        }
        json.writeStringProperty("price_version", row.cost().priceVersion());
        if (row.ttftMillis() < 0) {
            json.writeNullProperty("ttft_ms");
        } else {
            json.writeNumberProperty("ttft_ms", row.ttftMillis());
        }
        json.writeNumberProperty("created_at", row.at().getEpochSecond());
        json.writeEndObject();
    }

    /// What a conversation's committed steps used, within an object.
    static void conversation(JsonGenerator json, String id, Totals totals) {
        json.writeStringProperty("object", "conversation.usage");
        json.writeStringProperty("id", id);
        json.writeNumberProperty("input_tokens", totals.inputTokens());
        json.writeNumberProperty("cached_tokens", totals.cachedTokens());
        json.writeNumberProperty("cache_write_tokens", totals.cacheWriteTokens());
        json.writeNumberProperty("output_tokens", totals.outputTokens());
        json.writeNumberProperty("reasoning_tokens", totals.reasoningTokens());
        json.writeNumberProperty("cost_usd", UsageWriter.usd(totals.costMicros()));
        json.writeNumberProperty("unpriced_steps", totals.unpricedSteps());
    }
}
