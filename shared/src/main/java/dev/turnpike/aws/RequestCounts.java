package dev.turnpike.aws;

import dev.turnpike.access.Cap.Period;
import dev.turnpike.access.Recent;
import dev.turnpike.run.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// The attributes `rpm_<minute>` of a row, which count its requests.
///
/// Those of earlier minutes go with the next write that counts, by whoever has seen them. A row that no instance counts
/// for twice keeps them, so that many of them get a write of their own.
final class RequestCounts {
    private static final String PREFIX = "rpm_";

    /// Whoever's clock is late by less still adds to its minute.
    private static final Duration LATE = Duration.ofMinutes(2);

    private static final int MANY = 8;
    private static final int MOST_AT_ONCE = 50;
    private static final int MOST_ROWS = 1_000;

    private final Table table;
    private final Recent<Map<String, AttributeValue>, List<String>> seen = new Recent<>(MOST_ROWS);

    RequestCounts(Table table) {
        this.table = table;
    }

    /// An update of the row that adds one.
    UpdateRow counting(Map<String, AttributeValue> key, Instant now) {
        UpdateRow update = table.update(key).add(name(now), 1);
        List<String> stale = seen.remove(key);
        if (stale != null) {
            stale.forEach(update::remove);
        }
        return update;
    }

    static long in(Row row, Instant now) {
        return row.number(name(now), 0);
    }

    /// What a row looks like once it has counted.
    void saw(Map<String, AttributeValue> key, Row row, Instant now) {
        String oldest = name(now.minus(LATE));
        List<String> stale = row.attributes().keySet().stream()
                .filter(name -> name.startsWith(PREFIX) && name.compareTo(oldest) <= 0)
                .limit(MOST_AT_ONCE)
                .toList();
        if (stale.size() > MANY) {
            remove(key, stale);
        } else if (!stale.isEmpty()) {
            seen.put(key, stale);
        }
    }

    private void remove(Map<String, AttributeValue> key, List<String> stale) {
        UpdateRow update = table.update(key).conditionPresent(TableKeys.PK);
        stale.forEach(update::remove);
        try {
            table.runIfHolds(update);
        } catch (StoreUnavailableException _) {
            // The next one that sees them tries again; the request has been counted.
        }
    }

    private static String name(Instant at) {
        return PREFIX + Period.MINUTE.name(at);
    }
}
