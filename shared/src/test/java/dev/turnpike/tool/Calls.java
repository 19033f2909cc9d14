package dev.turnpike.tool;

import java.time.Instant;
import java.util.function.Supplier;

/// What tests call tools with.
public final class Calls {
    public static final ToolContext CONTEXT = in("tenant-1", "conv-1");

    private Calls() {}

    public static ToolContext in(String tenant, String conversation) {
        return new ToolContext(
                tenant, "user-1", conversation, "resp_1", "resp_1#0#call_1", Instant.parse("2026-11-01T12:00:30Z"));
    }

    record NoArguments() {}

    /// A tool without arguments that does what the test says.
    record Scripted(String name, Supplier<String> behaviour) implements Tool<NoArguments> {
        @Override
        public String description() {
            return "Does what the test says.";
        }

        @Override
        public ToolSchema<NoArguments> arguments() {
            return ToolSchema.of(NoArguments.class);
        }

        @Override
        public String call(NoArguments arguments, ToolContext context) {
            return behaviour.get();
        }
    }
}
