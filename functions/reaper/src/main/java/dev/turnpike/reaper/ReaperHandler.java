package dev.turnpike.reaper;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.ScheduledEvent;
import dev.turnpike.wiring.Settings;

/// Wakes idle runs.
public final class ReaperHandler implements RequestHandler<ScheduledEvent, Void> {
    private final Settings settings = Settings.fromEnvironment();

    @Override
    public Void handleRequest(ScheduledEvent event, Context context) {
        throw new UnsupportedOperationException(settings.deployment().environment());
    }
}
