package dev.turnpike.stack;

import dev.turnpike.demo.DemoModel;
import dev.turnpike.emulator.Cloud;
import dev.turnpike.emulator.Emulators;
import dev.turnpike.emulator.LambdaEmulator;
import dev.turnpike.emulator.Queue;
import dev.turnpike.enclosure.LocalSandbox;
import dev.turnpike.gateway.Gateway;
import dev.turnpike.local.Closing;
import dev.turnpike.run.RunRequest.Lane;
import dev.turnpike.trigger.EventSource;
import dev.turnpike.trigger.Schedule;
import java.io.IOException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.services.sqs.SqsClient;

/// Turnpike on this machine: the functions as they are deployed, and around them what AWS is around them
/// there.
public final class Stack implements AutoCloseable {
    /// How many steps of the slow lane run at one time.
    static final int FLEX_CONCURRENCY = 2;

    private static final String SANDBOX = "turnpike-sandbox";
    private static final int INTAKE_BATCH = 10;
    private static final int DEAD_STEPS_BATCH = 10;

    private final Closing parts = new Closing();
    private final Cloud cloud;
    private final LambdaEmulator lambda;
    private final Optional<LocalSandbox> sandbox;
    private final Resources resources;
    private final Optional<DemoModel> demoModel;
    private final Functions functions;
    private final Gateway gateway;
    private final String adminKey = "local-admin-" + UUID.randomUUID();
    private final String apiKey;

    private Stack(StackOptions options, Handlers.Maker handlers) throws IOException {
        try {
            demoModel = options.usesDemoModel()
                    ? Optional.of(parts.add(DemoModel.start(options.timing().word())))
                    : Optional.empty();
            cloud = startCloud(options);
            lambda = parts.add(LambdaEmulator.start());
            sandbox = startSandbox(options);
            resources = Resources.create(
                    cloud,
                    options.environment().getOrDefault("OPENAI_API_KEY", "none"),
                    adminKey,
                    options.delivery().visibility());
            functions = parts.add(startFunctions(options, handlers));
            gateway = parts.add(Gateway.start(options.port(), functions.api()));
            startEvents(options);
            apiKey = ApiKeys.of(options.directory()).get(gateway.url(), adminKey);
        } catch (IOException | RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    /// Returns when it serves.
    ///
    /// @throws java.net.BindException when the port is taken
    public static Stack start(StackOptions options) throws IOException {
        return start(options, Handlers::deployed);
    }

    /// @param handlers are used when the functions run in this JVM
    static Stack start(StackOptions options, Handlers.Maker handlers) throws IOException {
        return new Stack(options, handlers);
    }

    private Cloud startCloud(StackOptions options) throws IOException {
        String elsewhere = options.environment().get("AWS_ENDPOINT_URL");
        return elsewhere == null
                ? parts.add(Emulators.start(options.directory().orElse(null))).cloud()
                : Cloud.at(URI.create(elsewhere), options.environment());
    }

    private Optional<LocalSandbox> startSandbox(StackOptions options) throws IOException {
        if (!"on".equals(options.environment().get("SANDBOX"))) {
            return Optional.empty();
        }
        LocalSandbox started = parts.add(LocalSandbox.start());
        lambda.serve(SANDBOX, started::call);
        return Optional.of(started);
    }

    private Functions startFunctions(StackOptions options, Handlers.Maker handlers) throws IOException {
        Map<String, String> environment = functionEnvironment(options);
        return options.running().processes()
                ? ProcessFunctions.start(options.running(), environment)
                : ThreadFunctions.start(handlers, environment, options.running().environments());
    }

    private Map<String, String> functionEnvironment(StackOptions options) {
        Map<String, String> environment = new HashMap<>(options.environment());
        environment.remove("AWS_ENDPOINT_URL");
        // The functions find the key where they find it in AWS, in its secret.
        environment.remove("OPENAI_API_KEY");
        environment.put("ENVIRONMENT", "local");
        // Nobody pays for what is tried here.
        environment.putIfAbsent("REQUESTS_PER_MINUTE", "0");
        environment.putIfAbsent("DAILY_TOKEN_LIMIT", "0");
        demoModel.ifPresent(
                model -> environment.put("OPENAI_BASE_URL", model.baseUrl().toString()));
        environment.putAll(cloud.environment());
        environment.putIfAbsent("AWS_ENDPOINT_URL_LAMBDA", lambda.endpoint().toString());
        environment.putAll(resources.environment());
        sandbox.ifPresent(_ -> environment.put("SANDBOX_FUNCTION", SANDBOX));
        return environment;
    }

    private void startEvents(StackOptions options) {
        SqsClient sqs = parts.add(cloud.sqsClient());
        int concurrency = options.running().environments();
        var worker = options.delivery().between().apply(functions.worker());
        for (Lane lane : Lane.values()) {
            int atOnce = lane == Lane.FLEX ? FLEX_CONCURRENCY : concurrency;
            parts.add(EventSource.start(sqs, resources.steps(lane), worker, 1, atOnce));
        }
        parts.add(EventSource.start(
                sqs, resources.steps(Lane.NORMAL).deadLetters(), functions.deadSteps(), DEAD_STEPS_BATCH, 1));
        parts.add(EventSource.start(sqs, resources.requests(), functions.intake(), INTAKE_BATCH, concurrency));
        parts.add(Schedule.every(options.timing().reaper(), "reaper", functions.reaper()));
    }

    /// The gateway's, without a path: the API is at `/v1` below it.
    public URI url() {
        return gateway.url();
    }

    /// Of tenant `demo`.
    public String apiKey() {
        return apiKey;
    }

    public String adminKey() {
        return adminKey;
    }

    /// Absent when a provider is set.
    public Optional<DemoModel> demoModel() {
        return demoModel;
    }

    public Cloud cloud() {
        return cloud;
    }

    /// Absent unless `SANDBOX=on`.
    Optional<LocalSandbox> sandbox() {
        return sandbox;
    }

    /// Where the functions of this stack find other functions, unless its environment says otherwise.
    public LambdaEmulator lambda() {
        return lambda;
    }

    public String table() {
        return resources.table();
    }

    public Queue steps() {
        return steps(Lane.NORMAL);
    }

    public Queue steps(Lane lane) {
        return resources.steps(lane);
    }

    public Queue requests() {
        return resources.requests();
    }

    public Queue results() {
        return resources.results();
    }

    /// Runs the reaper now, in this thread.
    public void reap() {
        functions.reaper().run();
    }

    @Override
    public void close() {
        parts.close();
    }
}
