package dev.turnpike.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.access.AuditLog;
import dev.turnpike.conversation.Ulids;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/// Audit events, a partition for each tenant and month. Rows are added, and never changed.
public final class DynamoAuditLog implements AuditLog {
    private static final Duration KEPT = Duration.ofDays(400);

    private final Table table;
    private final SecureRandom random = new SecureRandom();

    public DynamoAuditLog(DynamoDbClient dynamo, String table) {
        this.table = new Table(dynamo, table);
    }

    @Override
    public void append(Event event) {
        var entropy = new byte[16];
        random.nextBytes(entropy);
        put(Ulids.of(event.at().toEpochMilli(), entropy), event);
    }

    /// The same event in the same minute has the same id.
    @Override
    public void appendOnce(Event event, String subject) {
        long minute = event.at().truncatedTo(ChronoUnit.MINUTES).toEpochMilli();
        put(Ulids.of(minute, digest(subject)), event);
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private void put(String id, Event event) {
        table.putIfAbsent(Row.at(
                        TableKeys.audit(event.tenant(), month(event.at()).toString()), id)
                .put("kind", event.kind().name())
                .put("at", event.at())
                .put("tenant", event.tenant().isEmpty() ? null : event.tenant())
                .put("address", event.address().isEmpty() ? null : event.address())
                .put("details", Row.map(event.details()))
                .expires(event.at().plus(KEPT)));
    }

    private static YearMonth month(Instant at) {
        return YearMonth.from(at.atOffset(ZoneOffset.UTC));
    }

    @Override
    public List<Noted> list(String tenant, Wanted wanted, int most) {
        List<Noted> entries = new ArrayList<>();
        String last = wanted.before() == null ? "~" : wanted.before();
        YearMonth first = month(wanted.from());
        for (YearMonth month = month(wanted.to()); !month.isBefore(first) && entries.size() < most; ) {
            table.between(TableKeys.audit(tenant, month.toString()), "0", last, true, true, row -> {
                Noted entry = entry(row);
                if (wanted.includes(entry)) {
                    entries.add(entry);
                }
                return entries.size() < most;
            });
            month = month.minusMonths(1);
        }
        return entries;
    }

    private static Noted entry(Row row) {
        String tenant = row.optionalText("tenant");
        String address = row.optionalText("address");
        return new Noted(
                row.text(TableKeys.SK),
                new Event(
                        Kind.valueOf(row.text("kind")),
                        row.instant("at"),
                        tenant == null ? "" : tenant,
                        address == null ? "" : address,
                        row.textsByName("details")));
    }
}
