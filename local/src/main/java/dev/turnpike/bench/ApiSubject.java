package dev.turnpike.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.gateway.Answer;
import dev.turnpike.local.Environments;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// The api function in a process of its own. Its answer is read where its caller gets it from Lambda, at the Runtime
/// API, so that there is one connection between it and this process, as there is for the floor.
final class ApiSubject implements Subject {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);
    private static final JsonMapper MAPPER = new JsonMapper();

    private final List<String> command;
    private final Map<String, String> environment;
    private final String apiKey;
    private final Environments environments;
    private volatile @Nullable Process process;

    /// Starts nothing yet: the first request does.
    ///
    /// @param command starts a process that serves at least one request at one time
    ApiSubject(List<String> command, Map<String, String> environment, String apiKey) throws IOException {
        this.command = command;
        this.environment = environment;
        this.apiKey = apiKey;
        this.environments = Environments.start(this::launch, 1, TIMEOUT);
    }

    private AutoCloseable launch(String runtimeApi, Runnable ended) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("AWS_LAMBDA_RUNTIME_API", runtimeApi);
        Process started = builder.start();
        process = started;
        var _ = started.onExit().thenRun(ended);
        // Not killed: it finds its Runtime API gone and ends well, which is when it writes its cache, if it is to.
        return () -> {};
    }

    @Override
    public String marker() {
        return "\"delta\":\"";
    }

    @Override
    public InputStream ask() throws IOException {
        return ask(MAPPER.createObjectNode()
                .put("model", "gpt-4o-mini")
                .put("input", "What time is it?")
                .put("stream", true));
    }

    /// @param body of `POST /v1/responses`
    InputStream ask(ObjectNode body) throws IOException {
        ObjectNode event = MAPPER.createObjectNode()
                .put("resource", "/{proxy+}")
                .put("path", "/v1/responses")
                .put("httpMethod", "POST");
        event.putObject("headers").put("Authorization", "Bearer " + apiKey).put("Content-Type", "application/json");
        event.putObject("requestContext").put("stage", "local");
        event.put("body", body.toString()).put("isBase64Encoded", false);
        Answer answer = environments.invoke(event.toString().getBytes(UTF_8));
        return new FilterInputStream(answer.body()) {
            @Override
            public void close() throws IOException {
                answer.close();
            }
        };
    }

    @Override
    public Meter meter() {
        return new Meter(
                Objects.requireNonNull(process, "nothing was asked yet").pid());
    }

    /// Returns when the process has ended.
    @Override
    public void close() throws IOException {
        environments.close();
        Process started = process;
        try {
            if (started != null && !started.waitFor(1, TimeUnit.MINUTES)) {
                started.destroyForcibly();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
