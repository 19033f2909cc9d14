package dev.turnpike.effects;

import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;

/// May happen again under the same key.
public final class Post implements Tool<Nothing> {
    @Override
    public String name() {
        return "post";
    }

    @Override
    public String description() {
        return "Posts the letter.";
    }

    @Override
    public ToolSchema<Nothing> arguments() {
        return ToolSchema.of(Nothing.class);
    }

    @Override
    public Effect effect() {
        return Effect.REPEATABLE;
    }

    @Override
    public String call(Nothing arguments, ToolContext context) throws ToolException {
        return World.change(name(), context.idempotencyKey());
    }
}
