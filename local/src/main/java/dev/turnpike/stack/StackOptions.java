package dev.turnpike.stack;

import dev.turnpike.trigger.BatchFunction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// How a stack is started. Make one with [#defaults] and change what matters.
///
/// @param port of the gateway, 0 for any free one
/// @param directory where the table and the API key are kept from one start to the next; absent keeps them in memory
/// @param environment what an operator sets: the provider's `OPENAI_API_KEY`, `OPENAI_BASE_URL` and `MODEL`, the other
///     settings of `template.yaml`, and `AWS_ENDPOINT_URL` for an AWS-compatible endpoint in place of the emulators
public record StackOptions(
        int port,
        Optional<Path> directory,
        Running running,
        Timing timing,
        Delivery delivery,
        Map<String, String> environment) {

    /// @param processes whether each execution environment is a process of its own, from the zips that are deployed
    /// @param environments how many there may be of one function at one time
    /// @param root the folder of the whole project; only looked at for its zips
    /// @param jars are put beside the zips' own, to bring tools
    public record Running(boolean processes, int environments, Path root, List<Path> jars) {}

    /// How the steps queue delivers.
    ///
    /// @param visibility how long a message that nobody acknowledged stays hidden
    /// @param between stands between the queue and the worker, to make trouble
    public record Delivery(Duration visibility, UnaryOperator<BatchFunction> between) {}

    /// @param reaper how often the reaper runs
    /// @param word how long the demo model pauses before each word
    public record Timing(Duration reaper, Duration word) {}

    /// In memory, in one JVM, on any free port, with the demo model.
    public static StackOptions defaults() {
        Path root = Path.of(System.getProperty("turnpike.root", "."));
        return new StackOptions(
                0,
                Optional.empty(),
                new Running(false, 64, root, List.of()),
                new Timing(Duration.ofMinutes(1), Duration.ofMillis(30)),
                new Delivery(Duration.ofMinutes(90), UnaryOperator.identity()),
                Map.of());
    }

    public StackOptions withPort(int port) {
        return new StackOptions(port, directory, running, timing, delivery, environment);
    }

    public StackOptions withDirectory(Path directory) {
        return new StackOptions(port, Optional.of(directory), running, timing, delivery, environment);
    }

    public StackOptions withProcesses() {
        return withRunning(new Running(true, running.environments(), running.root(), running.jars()));
    }

    public StackOptions withEnvironments(int environments) {
        return withRunning(new Running(running.processes(), environments, running.root(), running.jars()));
    }

    /// Only processes can be given a jar.
    public StackOptions withJars(Path... jars) {
        return withRunning(new Running(running.processes(), running.environments(), running.root(), List.of(jars)));
    }

    public StackOptions withDelivery(Delivery changed) {
        return new StackOptions(port, directory, running, timing, changed, environment);
    }

    public StackOptions withReaperEvery(Duration interval) {
        return withTiming(new Timing(interval, timing.word()));
    }

    public StackOptions withDemoPace(Duration word) {
        return withTiming(new Timing(timing.reaper(), word));
    }

    /// Adds to what is set, or replaces it.
    public StackOptions withEnvironment(Map<String, String> more) {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(more);
        return new StackOptions(port, directory, running, timing, delivery, Map.copyOf(all));
    }

    private StackOptions withRunning(Running changed) {
        return new StackOptions(port, directory, changed, timing, delivery, environment);
    }

    private StackOptions withTiming(Timing changed) {
        return new StackOptions(port, directory, running, changed, delivery, environment);
    }

    /// Without a provider there is the demo model.
    boolean usesDemoModel() {
        return !environment.containsKey("OPENAI_API_KEY") && !environment.containsKey("OPENAI_BASE_URL");
    }
}
