package dev.turnpike.policy;

import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;

/// The tool that a rule is asked about.
public record Subject(String tool, Kind kind, Effect effect) {
    public static Subject of(Tool<?> tool) {
        return new Subject(tool.name(), tool.kind(), tool.effect());
    }
}
