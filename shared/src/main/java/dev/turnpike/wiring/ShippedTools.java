package dev.turnpike.wiring;

import dev.turnpike.builtin.BuiltInTools;
import dev.turnpike.builtin.NoteStore;
import dev.turnpike.files.WorkspaceTools;
import dev.turnpike.tool.Tool;
import dev.turnpike.workspace.Workspaces;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// The tools of a deployment that come with Turnpike.
final class ShippedTools {
    private ShippedTools() {}

    static List<Tool<?>> all(
            Settings settings, AwsClients aws, NoteStore notes, Workspaces workspaces, InstantSource clock) {
        List<Tool<?>> tools = new ArrayList<>(BuiltInTools.all(notes, clock));
        tools.addAll(WorkspaceTools.all(workspaces));
        tools.addAll(SandboxParts.tools(settings, aws, clock));
        return tools;
    }
}
