package dev.turnpike.policy;

import dev.turnpike.access.NamePatterns;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolRegistry;
import java.util.List;
import java.util.Optional;

/// The tools of this deployment, and what is decided of their calls.
///
/// @param imageHosts whose images an answer may show once the model has read what tools gave
public record GuardedTools(ToolRegistry registry, Policy policy, NamePatterns imageHosts) {
    private static final Ruling UNKNOWN = new Ruling(Decision.DENY, "there is no such tool now");

    /// No images, then.
    public GuardedTools(ToolRegistry registry, Policy policy) {
        this(registry, policy, new NamePatterns(List.of()));
    }

    /// What is decided of every call of a tool.
    ///
    /// @return empty when that depends on its arguments
    public Optional<Decision> always(String tool) {
        return registry.find(tool)
                .map(found -> policy.always(Subject.of(found)))
                .orElse(Optional.of(UNKNOWN.decision()));
    }

    /// @param arguments as the model wrote them
    public Ruling judge(String tool, String arguments) {
        return registry.find(tool)
                .map(found -> policy.judge(Subject.of(found), arguments))
                .orElse(UNKNOWN);
    }

    public Effect effect(String tool) {
        return registry.effect(tool);
    }

    /// Where a tool runs; [Kind#JAVA] for one that is not there.
    public Kind kind(String tool) {
        return registry.find(tool).map(Tool::kind).orElse(Kind.JAVA);
    }
}
