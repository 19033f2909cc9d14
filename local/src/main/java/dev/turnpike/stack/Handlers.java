package dev.turnpike.stack;

import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.ScheduledEvent;
import dev.turnpike.api.ApiHandler;
import dev.turnpike.intake.IntakeHandler;
import dev.turnpike.reaper.ReaperHandler;
import dev.turnpike.wiring.Settings;
import dev.turnpike.worker.DeadStepsHandler;
import dev.turnpike.worker.RunWorkerHandler;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The functions' handlers in this JVM. Each is called on many threads, as it holds nothing but its clients.
record Handlers(
        RequestStreamHandler api,
        RequestHandler<SQSEvent, SQSBatchResponse> worker,
        RequestHandler<SQSEvent, SQSBatchResponse> deadSteps,
        RequestHandler<SQSEvent, SQSBatchResponse> intake,
        RequestHandler<ScheduledEvent, @Nullable Void> reaper) {

    /// The ones that are deployed.
    ///
    /// @throws dev.turnpike.wiring.SettingsException when a variable is missing or malformed
    static Handlers deployed(Map<String, String> environment) {
        Settings settings = Settings.from(environment);
        return new Handlers(
                new ApiHandler(settings),
                new RunWorkerHandler(settings),
                new DeadStepsHandler(settings),
                new IntakeHandler(settings),
                new ReaperHandler(settings));
    }

    /// Makes them from what would be their environment variables.
    interface Maker {
        Handlers make(Map<String, String> environment);
    }
}
