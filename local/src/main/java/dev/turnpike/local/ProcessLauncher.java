package dev.turnpike.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Execution environments that are processes, with nothing in their environment but what Lambda and the template put
/// there. A process finds its Runtime API gone when this JVM ends, however it ends, and ends too.
public final class ProcessLauncher implements Environments.Launcher {
    /// An environment that can't start would otherwise be started again without a pause.
    private static final Duration SHORTEST_LIFE = Duration.ofSeconds(1);

    private final String name;
    private final List<String> command;
    private final Map<String, String> environment;

    /// @param name of the function, which is told together with its process id
    public ProcessLauncher(String name, List<String> command, Map<String, String> environment) {
        this.name = name;
        this.command = command;
        this.environment = Map.copyOf(environment);
    }

    @Override
    public AutoCloseable launch(String runtimeApi, Runnable ended) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("AWS_LAMBDA_RUNTIME_API", runtimeApi);
        long startNanos = System.nanoTime();
        Process process = builder.start();
        System.out.printf("The %s function runs in process %d.%n", name, process.pid());
        Thread.ofVirtual().name(name + "-" + process.pid()).start(() -> {
            relayOutput(process);
            awaitEnd(process, startNanos);
            ended.run();
        });
        return process::destroyForcibly;
    }

    /// Lines of several processes don't mix.
    private static void relayOutput(Process process) {
        try (BufferedReader lines = process.inputReader(UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(line);
            }
        } catch (IOException _) {
            // Its end closes the pipe.
        }
    }

    private void awaitEnd(Process process, long startNanos) {
        try {
            int status = process.waitFor();
            System.out.printf("Process %d of the %s function has ended with status %d.%n", process.pid(), name, status);
            if (System.nanoTime() - startNanos < SHORTEST_LIFE.toNanos()) {
                TimeUnit.NANOSECONDS.sleep(SHORTEST_LIFE.toNanos());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
