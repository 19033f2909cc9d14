package dev.turnpike.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A function started from its unpacked zip as Lambda starts it: a process of its own, through the wrapper script.
final class LambdaProcess implements AutoCloseable {
    /// The command that Lambda passes to the script, cut down to one of each kind of argument.
    static final List<String> LAMBDAS_COMMAND = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:MaxHeapSize=134217728",
            "-XX:+UseSerialGC",
            "-XX:SharedArchiveFile=/var/lang/lib/server/runtime.jsa",
            "-classpath",
            "/var/runtime/lib/runtime.jar",
            "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
            "dev.turnpike.api.ApiHandler");

    private final Process process;
    private final BufferedReader output;

    private LambdaProcess(Process process) {
        this.process = process;
        this.output = process.inputReader(UTF_8);
    }

    /// @param variables more environment variables, or others than those that Lambda would set
    /// @param arguments what the script is called with
    static LambdaProcess start(Path unpackedZip, RuntimeApi api, Map<String, String> variables, List<String> arguments)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(unpackedZip.resolve("bootstrap-wrapper").toString());
        command.addAll(arguments);
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().keySet().removeAll(List.of("LAMBDA_TASK_ROOT", "JAVA_TOOL_OPTIONS"));
        builder.environment().put("AWS_LAMBDA_RUNTIME_API", api.address());
        builder.environment().putAll(variables);
        return new LambdaProcess(builder.start());
    }

    /// The next line of its standard output.
    String readLine() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new EOFException("The function has ended");
        }
        return line;
    }

    int exitStatus() throws InterruptedException {
        return process.waitFor();
    }

    /// Ends it as Lambda does, without a warning.
    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() {
        kill();
    }
}
