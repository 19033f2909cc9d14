package dev.turnpike.effects;

import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;

/// Must not happen twice.
public final class Charge implements Tool<Nothing> {
    @Override
    public String name() {
        return "charge";
    }

    @Override
    public String description() {
        return "Charges the customer.";
    }

    @Override
    public ToolSchema<Nothing> arguments() {
        return ToolSchema.of(Nothing.class);
    }

    @Override
    public Effect effect() {
        return Effect.ONCE;
    }

    @Override
    public String call(Nothing arguments, ToolContext context) throws ToolException {
        return World.change(name(), context.idempotencyKey());
    }
}
