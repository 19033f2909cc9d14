package dev.turnpike.reaper;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.ScheduledEvent;
import dev.turnpike.engine.Reaper.Sweep;
import dev.turnpike.model.Deadline;
import dev.turnpike.usage.UsageCount;
import dev.turnpike.wiring.ReaperParts;
import dev.turnpike.wiring.Settings;
import dev.turnpike.wiring.Wiring;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Wakes idle runs, then counts what has come into the ledger, every minute.
public final class ReaperHandler implements RequestHandler<ScheduledEvent, @Nullable Void> {
    private final ReaperParts parts;

    public ReaperHandler() {
        this(Settings.fromEnvironment());
    }

    public ReaperHandler(Settings settings) {
        this.parts = new Wiring(settings).reaper();
    }

    /// @throws IllegalStateException some runs could not be looked at, or some rows not be counted; all others were
    @Override
    public @Nullable Void handleRequest(ScheduledEvent event, Context context) {
        var time = Duration.ofMillis(context.getRemainingTimeInMillis());
        Deadline deadline = Deadline.in(time, parts.clock());
        var metrics = new ReaperMetrics(context.getFunctionName(), parts.clock());
        Sweep runs = parts.reaper().sweep(deadline);
        metrics.of(runs).ifPresent(context.getLogger()::log);
        UsageCount.Sweep rows = parts.usage().sweep(deadline);
        metrics.of(rows).ifPresent(context.getLogger()::log);
        if (runs.failed() > 0 || rows.failed() > 0) {
            throw new IllegalStateException(runs.failed() + " runs could not be looked at, " + rows.failed()
                    + " batches of ledger rows not be counted");
        }
        return null;
    }
}
