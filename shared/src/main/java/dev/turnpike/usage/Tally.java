package dev.turnpike.usage;

import dev.turnpike.ledger.LedgerRow;
import java.util.EnumMap;
import java.util.Map;

/// Rows of the ledger, added up.
///
/// @param counts none is 0
public record Tally(Map<Counter, Long> counts, Latencies latencies) {
    public static final Tally NONE = new Tally(Map.of(), Latencies.NONE);

    public Tally {
        var kept = new EnumMap<Counter, Long>(Counter.class);
        counts.forEach((counter, count) -> {
            if (count != 0) {
                kept.put(counter, count);
            }
        });
        counts = kept;
    }

    public static Tally of(LedgerRow row) {
        var counts = new EnumMap<Counter, Long>(Counter.class);
        for (Counter counter : Counter.values()) {
            counts.put(counter, counter.of(row));
        }
        return new Tally(counts, Latencies.of(row.ttftMillis()));
    }

    public long get(Counter counter) {
        return counts.getOrDefault(counter, 0L);
    }

    public Tally plus(Tally other) {
        var sum = new EnumMap<Counter, Long>(Counter.class);
        for (Counter counter : Counter.values()) {
            sum.put(counter, get(counter) + other.get(counter));
        }
        return new Tally(sum, latencies.plus(other.latencies));
    }

    /// What has come since.
    public Tally minus(Tally earlier) {
        var rest = new EnumMap<Counter, Long>(Counter.class);
        for (Counter counter : Counter.values()) {
            rest.put(counter, get(counter) - earlier.get(counter));
        }
        return new Tally(rest, latencies.minus(earlier.latencies));
    }
}
