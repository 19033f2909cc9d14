package dev.turnpike.stack;

import com.amazonaws.services.lambda.runtime.events.ScheduledEvent;
import dev.turnpike.local.Closing;
import dev.turnpike.local.Environments;
import dev.turnpike.local.LoopLauncher;
import java.io.IOException;
import java.util.Map;

/// All functions in this JVM. The api function is polled for by its own loop, as on Lambda; the others are called.
final class ThreadFunctions {
    private ThreadFunctions() {}

    /// @param most execution environments of the api function at one time
    static Functions start(Handlers.Maker maker, Map<String, String> environment, int most) throws IOException {
        useCredentials(environment);
        Handlers handlers = maker.make(environment);
        Closing parts = new Closing();
        Environments api =
                parts.add(Environments.start(new LoopLauncher("api", handlers.api()), most, Functions.API_TIMEOUT));
        return new Functions(
                api,
                batch -> handlers.worker().handleRequest(batch, new LocalContext("worker", Functions.WORKER_TIMEOUT)),
                batch -> handlers.deadSteps()
                        .handleRequest(batch, new LocalContext("dead-steps", Functions.DEAD_STEPS_TIMEOUT)),
                batch -> handlers.intake().handleRequest(batch, new LocalContext("intake", Functions.INTAKE_TIMEOUT)),
                () -> handlers.reaper()
                        .handleRequest(new ScheduledEvent(), new LocalContext("reaper", Functions.REAPER_TIMEOUT)),
                parts);
    }

    /// The SDK's default chain looks for them in system properties too; environment variables of this JVM can't be set.
    private static void useCredentials(Map<String, String> environment) {
        System.setProperty("aws.accessKeyId", environment.getOrDefault("AWS_ACCESS_KEY_ID", ""));
        System.setProperty("aws.secretAccessKey", environment.getOrDefault("AWS_SECRET_ACCESS_KEY", ""));
    }
}
