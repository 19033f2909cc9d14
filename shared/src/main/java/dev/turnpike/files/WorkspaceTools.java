package dev.turnpike.files;

import dev.turnpike.tool.Tool;
import dev.turnpike.workspace.WorkspaceHistory;
import dev.turnpike.workspace.Workspaces;
import java.util.List;

/// The tools that read and change the conversation's files.
public final class WorkspaceTools {
    private WorkspaceTools() {}

    /// `read_file`, `write_file`, `list_files`, `search_files` and `apply_patch`, and what takes back their changes.
    public static List<Tool<?>> all(Workspaces workspaces) {
        var files = new FileAccess(workspaces, new WorkspaceHistory(workspaces));
        return List.of(
                new ReadFile(files),
                new WriteFile(files),
                new ListFiles(files),
                new SearchFiles(files),
                new ApplyPatch(files),
                new UndoWorkspaceChange(files));
    }
}
