package dev.turnpike.tool;

import java.time.Instant;
import java.util.function.Supplier;

/// What the tests of this package call tools with.
final class Calls {
    static final ToolContext CONTEXT = in("tenant-1", "conv-1");

    private Calls() {}

    static ToolContext in(String tenant, String conversation) {
        return new ToolContext(
                tenant, conversation, "resp_1", "resp_1#0#call_1", Instant.parse("2026-11-01T12:00:30Z"));
    }

    record NoArguments() {}

    /// A tool without arguments that does what the test says.
    record Scripted(String name, Supplier<String> behaviour) implements Tool<NoArguments> {
        @Override
        public String description() {
            return "Does what the test says.";
        }

        @Override
        public Class<NoArguments> arguments() {
            return NoArguments.class;
        }

        @Override
        public String call(NoArguments arguments, ToolContext context) {
            return behaviour.get();
        }
    }
}
