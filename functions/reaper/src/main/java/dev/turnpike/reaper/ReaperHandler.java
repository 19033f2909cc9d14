package dev.turnpike.reaper;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.ScheduledEvent;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.engine.Reaper.Sweep;
import dev.turnpike.lambda.MetricLine;
import dev.turnpike.model.Deadline;
import dev.turnpike.wiring.ReaperParts;
import dev.turnpike.wiring.Settings;
import dev.turnpike.wiring.Wiring;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Wakes idle runs, every minute.
public final class ReaperHandler implements RequestHandler<ScheduledEvent, @Nullable Void> {
    private final ReaperParts parts;

    public ReaperHandler() {
        this(Settings.fromEnvironment());
    }

    public ReaperHandler(Settings settings) {
        this.parts = new Wiring(settings).reaper();
    }

    /// @throws IllegalStateException some runs could not be looked at; all others were
    @Override
    public @Nullable Void handleRequest(ScheduledEvent event, Context context) {
        var time = Duration.ofMillis(context.getRemainingTimeInMillis());
        Sweep sweep = parts.reaper().sweep(Deadline.in(time, parts.clock()));
        if (sweep.seen() > 0) {
            context.getLogger().log(metrics(context.getFunctionName(), sweep));
        }
        if (sweep.failed() > 0) {
            throw new IllegalStateException(sweep.failed() + " runs could not be looked at");
        }
        return null;
    }

    /// What has an alarm is an error, so that no log level drops it.
    private byte[] metrics(String function, Sweep sweep) {
        LogLevel level = sweep.stuck() > 0 ? LogLevel.ERROR : LogLevel.INFO;
        Map<String, Integer> counts = new TreeMap<>(Map.of(
                "RunsActive", sweep.seen(),
                "RunsWoken", sweep.woken(),
                "RunsStuck", sweep.stuck(),
                "RunsEndedLate", sweep.ended()));
        return MetricLine.of(function, level, parts.clock().instant(), counts);
    }
}
