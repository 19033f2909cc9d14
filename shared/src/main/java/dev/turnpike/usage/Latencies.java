package dev.turnpike.usage;

import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/// How long callers waited for a first token, in classes that each reach a quarter further than the one before. What is
/// read from them is off by no more than that.
///
/// @param counts by the number of the class; none is 0
public record Latencies(Map<Integer, Long> counts) {
    public static final Latencies NONE = new Latencies(Map.of());

    private static final int FIRST_MILLIS = 10;
    private static final double GROWTH = 1.25;

    /// The longest call lasts less than the last of them: a quarter of an hour.
    public static final int CLASSES = 53;

    /// The most milliseconds that belong to each class. The last one takes whatever is left.
    private static final long[] UP_TO = upTo();

    public Latencies {
        counts = new TreeMap<>(counts);
        counts.values().removeIf(count -> count == 0);
    }

    @SuppressWarnings("NarrowCalculation")
    private static long[] upTo() {
        long[] bounds = new long[CLASSES];
        double bound = FIRST_MILLIS;
        for (int i = 0; i < CLASSES; i++) {
            bounds[i] = (long) bound;
            bound *= GROWTH;
        }
        return bounds;
    }

    static Latencies of(long ttftMillis) {
        if (ttftMillis < 0) {
            return NONE;
        }
        int found = Arrays.binarySearch(UP_TO, ttftMillis);
        return new Latencies(Map.of(Math.min(found < 0 ? -found - 1 : found, CLASSES - 1), 1L));
    }

    Latencies plus(Latencies other) {
        var sum = new TreeMap<>(counts);
        other.counts.forEach((each, count) -> sum.merge(each, count, Long::sum));
        return new Latencies(sum);
    }

    Latencies minus(Latencies other) {
        var rest = new TreeMap<>(counts);
        other.counts.forEach((each, count) -> rest.merge(each, -count, Long::sum));
        return new Latencies(rest);
    }

    /// The wait that so many of a hundred callers did not exceed; empty when nobody got anything.
    public OptionalLong percentile(int percent) {
        long all = counts.values().stream().mapToLong(Long::longValue).sum();
        double wanted = Math.max(1, Math.ceil(all * percent / 100.0));
        long before = 0;
        for (Map.Entry<Integer, Long> each : counts.entrySet()) {
            if (before + each.getValue() >= wanted) {
                return OptionalLong.of(within(each.getKey(), (wanted - before) / each.getValue()));
            }
            before += each.getValue();
        }
        return OptionalLong.empty();
    }

    private static long within(int number, double part) {
        long from = number == 0 ? 0 : UP_TO[number - 1];
        return from + Math.round((UP_TO[number] - from) * part);
    }
}
