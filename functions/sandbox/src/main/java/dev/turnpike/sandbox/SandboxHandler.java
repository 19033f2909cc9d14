package dev.turnpike.sandbox;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;

/// Runs one command. Whoever calls this function may run anything in it, and so it may do nothing: it has no secrets,
/// no
/// settings, and a role that writes its log.
public final class SandboxHandler implements RequestStreamHandler {
    /// What the end of a command and its answer take of the time that is left.
    private static final Duration SPARE = Duration.ofSeconds(5);

    private final Box box;

    /// @throws IllegalStateException this machine can't confine commands
    public SandboxHandler() throws IOException {
        this(new Box(Path.of("/tmp"), true));
    }

    public SandboxHandler(Box box) {
        this.box = box;
    }

    /// @throws IllegalArgumentException it is no request
    @Override
    public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
        SandboxRequest request = RequestWire.read(input.readAllBytes());
        Duration rest = Duration.ofMillis(context.getRemainingTimeInMillis()).minus(SPARE);
        Limits limits = Limits.withMemory(context.getMemoryLimitInMB()).within(rest);
        try {
            output.write(AnswerWire.of(box.run(request, limits), FunctionSandbox.MAX_BYTES));
        } catch (DirtyBoxException left) {
            // Lambda starts another environment, and the caller hears that this one failed.
            System.err.println("The environment ends: " + left.getMessage());
            Runtime.getRuntime().halt(1);
        }
    }
}
