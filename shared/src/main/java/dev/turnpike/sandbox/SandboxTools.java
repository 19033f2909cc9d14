package dev.turnpike.sandbox;

import dev.turnpike.tool.Tool;
import java.util.List;

/// The tools of a deployment that has a sandbox.
public final class SandboxTools {
    private SandboxTools() {}

    public static List<Tool<?>> all(SandboxWork work) {
        return List.of(new ExecuteBash(work), new GitTool(work), new RunCode(work));
    }
}
