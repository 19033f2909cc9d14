package dev.turnpike.sandbox;

import dev.turnpike.json.MalformedJsonException;
import dev.turnpike.tool.FunctionInvoker;
import dev.turnpike.tool.ToolException;
import java.time.Instant;

/// The sandbox that is a Lambda function, which takes and gives 6 MB.
public final class FunctionSandbox implements Sandbox {
    /// Of a payload in either direction, below Lambda's 6 MB.
    public static final int MAX_BYTES = 6_000_000;

    private final FunctionInvoker functions;
    private final String function;

    /// @param function its name or ARN
    public FunctionSandbox(FunctionInvoker functions, String function) {
        this.functions = functions;
        this.function = function;
    }

    @Override
    public SandboxAnswer run(SandboxRequest request, Instant deadline) throws ToolException {
        byte[] payload = RequestWire.of(request);
        if (payload.length > MAX_BYTES) {
            throw new ToolException(("The %,d files are too large for the sandbox: compressed they are %,d bytes with"
                            + " the command, at most %,d can be sent. Delete what is not needed.")
                    .formatted(request.files().size(), payload.length, MAX_BYTES));
        }
        try {
            return AnswerWire.read(functions.invoke(function, payload, deadline));
        } catch (MalformedJsonException | IllegalArgumentException _) {
            throw new ToolException("The sandbox gave no readable answer. What the command did is lost.");
        }
    }
}
