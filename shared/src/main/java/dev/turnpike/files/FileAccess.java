package dev.turnpike.files;

import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.Workspace;
import dev.turnpike.workspace.WorkspaceHistory;
import dev.turnpike.workspace.WorkspacePath;
import dev.turnpike.workspace.Workspaces;

/// What the file tools work on.
record FileAccess(Workspaces workspaces, WorkspaceHistory history) {
    Workspace load(ToolContext call) {
        return workspaces.load(Workspaces.conversation(call));
    }

    byte[] bytes(Workspace workspace, FileEntry file) throws ToolException {
        return workspaces.content(workspace.key(), file).bytes();
    }

    /// @throws ToolException there is no such file; it says which are alike
    static FileEntry found(Workspace workspace, WorkspacePath path) throws ToolException {
        FileEntry file = workspace.files().get(path);
        if (file == null) {
            throw new ToolException(missing(workspace, path));
        }
        return file;
    }

    private static String missing(Workspace workspace, WorkspacePath path) {
        if (workspace.files().isEmpty()) {
            return "there is no file %s; the workspace is empty".formatted(path);
        }
        if (workspace.files().keySet().stream()
                .anyMatch(other -> other.folders().contains(path))) {
            return "%s is a folder; list_files tells what is in it".formatted(path);
        }
        String name = path.names().getLast();
        return workspace.files().keySet().stream()
                .filter(other -> other.names().getLast().equalsIgnoreCase(name))
                .findFirst()
                .map(other -> "there is no file %s; there is %s".formatted(path, other))
                .orElse("there is no file %s; list_files tells which there are".formatted(path));
    }
}
