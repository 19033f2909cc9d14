package dev.turnpike.remote;

import dev.turnpike.tool.Compensation;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolSchema;
import java.util.Optional;

/// A tool that is what its definition says. An approval of its calls holds while that says the same.
interface DefinedTool extends Tool<String> {
    Definition.Spec spec();

    /// Of the whole definition.
    String digest();

    @Override
    default String name() {
        return spec().name();
    }

    @Override
    default String description() {
        return spec().description();
    }

    @Override
    default ToolSchema<String> arguments() {
        return ToolSchema.given(spec().parameters());
    }

    @Override
    default Effect effect() {
        return spec().effect();
    }

    @Override
    default boolean offered() {
        return spec().offered();
    }

    @Override
    default String boundTo(ToolContext context) {
        return digest();
    }

    @Override
    default Optional<Compensation> compensation(String arguments, String output, ToolContext context) {
        return spec().compensation().flatMap(undo -> undo.of(arguments, output, context));
    }
}
