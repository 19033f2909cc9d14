package dev.turnpike.reaper;

import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.engine.Reaper.Sweep;
import dev.turnpike.lambda.MetricLine;
import dev.turnpike.usage.UsageCount;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What CloudWatch is told of a minute; nothing where nothing happened. What has an alarm is an error, so that no log
/// level drops it.
final class ReaperMetrics {
    private final String function;
    private final InstantSource clock;

    ReaperMetrics(String function, InstantSource clock) {
        this.function = function;
        this.clock = clock;
    }

    Optional<byte[]> of(Sweep sweep) {
        Map<String, Integer> counts = new TreeMap<>(Map.of(
                "RunsActive", sweep.seen(),
                "RunsWoken", sweep.woken(),
                "RunsStuck", sweep.stuck(),
                "RunsEndedLate", sweep.ended()));
        return line(sweep.seen() > 0, sweep.stuck() > 0, counts);
    }

    Optional<byte[]> of(UsageCount.Sweep sweep) {
        long lag = sweep.lag(clock.instant()).toSeconds();
        Map<String, Integer> counts = new TreeMap<>(Map.of(
                "LedgerRowsCounted", sweep.counted(), "OldestUncountedSeconds", (int) Math.min(lag, 1_000_000_000)));
        return line(sweep.counted() > 0 || lag > 0, lag > 0, counts);
    }

    private Optional<byte[]> line(boolean anything, boolean watched, Map<String, Integer> counts) {
        Instant now = clock.instant();
        return anything
                ? Optional.of(MetricLine.of(function, watched ? LogLevel.ERROR : LogLevel.INFO, now, counts))
                : Optional.empty();
    }
}
