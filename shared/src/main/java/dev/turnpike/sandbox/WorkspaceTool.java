package dev.turnpike.sandbox;

import dev.turnpike.tool.Compensation;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import java.time.Duration;
import java.util.Optional;

/// What the tools of the sandbox have in common: they run a command on the conversation's files.
interface WorkspaceTool<A> extends Tool<A> {
    SandboxWork work();

    /// @throws ToolException the arguments ask for nothing that can be run
    SandboxCommand command(A arguments) throws ToolException;

    Duration timeout(A arguments);

    /// As the person who is asked reads it.
    String shown(A arguments);

    @Override
    default Effect effect() {
        return Effect.REPEATABLE; // See SandboxWork.
    }

    @Override
    default Kind kind() {
        return Kind.SANDBOX;
    }

    @Override
    default String call(A arguments, ToolContext context) throws ToolException {
        return work().run(command(arguments), timeout(arguments), context);
    }

    @Override
    default String preview(A arguments, ToolContext context) throws ToolException {
        command(arguments);
        return work().preview(shown(arguments), context);
    }

    @Override
    default Optional<Compensation> compensation(A arguments, String output, ToolContext context) {
        return work().compensation(context);
    }

    @Override
    default String boundTo(ToolContext context) {
        return work().boundTo(context);
    }

    @Override
    default boolean stillBound(String boundTo, ToolContext context) {
        return work().stillBound(boundTo, context);
    }
}
