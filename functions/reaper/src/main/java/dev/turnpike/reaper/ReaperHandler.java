package dev.turnpike.reaper;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.ScheduledEvent;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.run.Reaper;
import dev.turnpike.run.Reaper.Sweep;
import dev.turnpike.wiring.Settings;
import dev.turnpike.wiring.Wiring;
import org.jspecify.annotations.Nullable;

/// Wakes idle runs, every minute.
public final class ReaperHandler implements RequestHandler<ScheduledEvent, @Nullable Void> {
    private final Reaper reaper;

    public ReaperHandler() {
        this(Settings.fromEnvironment());
    }

    public ReaperHandler(Settings settings) {
        this.reaper = new Wiring(settings).reaper();
    }

    @Override
    public @Nullable Void handleRequest(ScheduledEvent event, Context context) {
        Sweep sweep = reaper.sweep();
        if (sweep.seen() > 0) {
            context.getLogger()
                    .log(
                            "active runs: " + sweep.seen() + ", woken: " + sweep.woken() + ", failed: "
                                    + sweep.failed(),
                            LogLevel.INFO);
        }
        return null;
    }
}
