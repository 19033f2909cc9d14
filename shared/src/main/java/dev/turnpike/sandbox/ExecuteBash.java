package dev.turnpike.sandbox;

import dev.turnpike.tool.Describe;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Runs shell commands. Changes nothing but the conversation's files.
record ExecuteBash(SandboxWork work) implements WorkspaceTool<ExecuteBash.Arguments> {
    private static final int USUAL_SECONDS = 30;
    private static final int MOST_SECONDS = 600;

    record Arguments(
            @Describe("what bash is to run; several lines are one script")
            String command,

            @Describe("after so many seconds it is ended, 1 to 600; 30 if left out") @Nullable
            Integer timeout_seconds) {}

    @Override
    public String name() {
        return "execute_bash";
    }

    @Override
    public String description() {
        return "Runs a bash command in a sandbox, in a folder that holds this conversation's files, and answers with"
            + " its exit code and output. Files that it changes are kept; there is no network, and no process stays.";
    }

    @Override
    public ToolSchema<Arguments> arguments() {
        return ToolSchema.of(Arguments.class);
    }

    @Override
    public SandboxCommand command(Arguments arguments) throws ToolException {
        Integer seconds = arguments.timeout_seconds();
        if (seconds != null && (seconds < 1 || seconds > MOST_SECONDS)) {
            throw new ToolException("timeout_seconds is a number from 1 to " + MOST_SECONDS);
        }
        if (arguments.command().isBlank()) {
            throw new ToolException("there is no command");
        }
        return new SandboxCommand.Shell(arguments.command());
    }

    @Override
    public Duration timeout(Arguments arguments) {
        Integer seconds = arguments.timeout_seconds();
        return Duration.ofSeconds(seconds == null ? USUAL_SECONDS : seconds);
    }

    @Override
    public String shown(Arguments arguments) {
        return arguments.command();
    }
}
