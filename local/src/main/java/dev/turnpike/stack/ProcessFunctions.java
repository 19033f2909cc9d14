package dev.turnpike.stack;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import dev.turnpike.emulator.Cloud;
import dev.turnpike.gateway.Answer;
import dev.turnpike.local.Closing;
import dev.turnpike.local.Environments;
import dev.turnpike.local.ProcessLauncher;
import dev.turnpike.stack.StackOptions.Running;
import dev.turnpike.trigger.SqsEvents;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Each function in processes of its own, from the zip that is deployed: the api function through its wrapper script,
/// the
/// others through AWS's runtime interface client, as Lambda starts them.
final class ProcessFunctions {
    private static final String CLIENT = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Running running;
    private final Path unpacked;
    private final Map<String, String> environment;
    private final Closing parts = new Closing();

    private ProcessFunctions(Running running, Path unpacked, Map<String, String> environment) {
        this.running = running;
        this.unpacked = unpacked;
        this.environment = environment;
    }

    static Functions start(Running running, Map<String, String> environment) throws IOException {
        Path unpacked = Files.createTempDirectory("turnpike-functions-");
        ProcessFunctions functions = new ProcessFunctions(running, unpacked, environment);
        functions.parts.add(() -> FunctionZip.delete(unpacked));
        try {
            Environments worker =
                    functions.plain("worker", "dev.turnpike.worker.RunWorkerHandler", Functions.WORKER_TIMEOUT);
            Environments deadSteps = functions.plain(
                    "dead-steps", "worker", "dev.turnpike.worker.DeadStepsHandler", Functions.DEAD_STEPS_TIMEOUT);
            Environments intake =
                    functions.plain("intake", "dev.turnpike.intake.IntakeHandler", Functions.INTAKE_TIMEOUT);
            Environments reaper =
                    functions.plain("reaper", "dev.turnpike.reaper.ReaperHandler", Functions.REAPER_TIMEOUT);
            return new Functions(
                    functions.streaming("api", Functions.API_TIMEOUT),
                    batch -> serve(worker, batch),
                    batch -> serve(deadSteps, batch),
                    batch -> serve(intake, batch),
                    () -> reap(reaper),
                    functions.parts);
        } catch (IOException | RuntimeException e) {
            functions.parts.close();
            throw e;
        }
    }

    private Path unpack(String name, String zip) throws IOException {
        Path task = FunctionZip.unpack(running.root(), zip, unpacked.resolve(name));
        for (Path jar : running.jars()) {
            Files.copy(jar, task.resolve("lib").resolve(jar.getFileName()));
        }
        return task;
    }

    private Environments streaming(String name, Duration timeout) throws IOException {
        Path task = unpack(name, name);
        List<String> command = List.of(task.resolve("bootstrap-wrapper").toString(), java());
        return start(name, command, variables(name, task), timeout);
    }

    private Environments plain(String name, String handler, Duration timeout) throws IOException {
        return plain(name, name, handler, timeout);
    }

    /// @param zip the function in whose zip the handler lies
    private Environments plain(String name, String zip, String handler, Duration timeout) throws IOException {
        Path task = unpack(name, zip);
        String classPath = Stream.concat(Stream.of(task.toString(), task + "/lib/*"), clientJars().stream())
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = List.of(
                java(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                // AWS's client unpacks a native library to one place in /tmp; two that start at once may trip over it.
                "-XX:ErrorFile=" + task.resolve("hs_err.log"),
                "-cp",
                classPath,
                CLIENT,
                handler);
        Map<String, String> variables = variables(name, task);
        variables.put("_HANDLER", handler);
        return start(name, command, variables, timeout);
    }

    private Environments start(String name, List<String> command, Map<String, String> variables, Duration timeout)
            throws IOException {
        return parts.add(
                Environments.start(new ProcessLauncher(name, command, variables), running.environments(), timeout));
    }

    private Map<String, String> variables(String name, Path task) {
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("LAMBDA_TASK_ROOT", task.toString());
        variables.put("AWS_LAMBDA_FUNCTION_NAME", name);
        variables.put("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST");
        variables.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024");
        variables.put("AWS_LAMBDA_LOG_GROUP_NAME", "/turnpike/local/" + name);
        variables.put("AWS_LAMBDA_LOG_STREAM_NAME", "local");
        variables.put("PATH", "/usr/bin:/bin");
        return variables;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /// On Lambda they lie beside the JDK.
    private static List<String> clientJars() {
        List<String> jars = new ArrayList<>();
        for (String type : List.of(
                CLIENT,
                "com.amazonaws.services.lambda.runtime.serialization.PojoSerializer",
                "com.amazonaws.services.lambda.runtime.LambdaLogger")) {
            try {
                Class<?> found = Class.forName(type, false, ProcessFunctions.class.getClassLoader());
                jars.add(Path.of(found.getProtectionDomain()
                                .getCodeSource()
                                .getLocation()
                                .toURI())
                        .toString());
            } catch (ClassNotFoundException | URISyntaxException e) {
                throw new IllegalStateException("AWS's runtime interface client is not on the class path", e);
            }
        }
        return jars;
    }

    private static SQSBatchResponse serve(Environments function, SQSEvent batch) throws IOException {
        JsonNode response = call(function, SqsEvents.toJson(batch));
        List<BatchItemFailure> failures = new ArrayList<>();
        response.path("batchItemFailures")
                .forEach(failure -> failures.add(
                        new BatchItemFailure(failure.path("itemIdentifier").asString(""))));
        return new SQSBatchResponse(failures);
    }

    private static void reap(Environments function) {
        String event = """
            {"version":"0","id":"%s","detail-type":"Scheduled Event","source":"aws.events","account":"000000000000",
            "time":"%s","region":"%s","resources":["arn:aws:events:%s:000000000000:rule/reaper"],"detail":{}}\
            """.formatted(
                        UUID.randomUUID(), Instant.now().truncatedTo(ChronoUnit.SECONDS), Cloud.REGION, Cloud.REGION);
        try {
            var _ = call(function, event.getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @throws IOException when the function failed, with what it said
    private static JsonNode call(Environments function, byte[] event) throws IOException {
        try (Answer answer = function.invoke(event)) {
            byte[] body = answer.body().readAllBytes();
            Optional<String> error = answer.error();
            if (error.isPresent()) {
                throw new IOException(error.get());
            }
            return MAPPER.readTree(body);
        }
    }
}
