package dev.turnpike.files;

import dev.turnpike.tool.Compensation;
import dev.turnpike.tool.Describe;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;
import dev.turnpike.workspace.Applied;
import dev.turnpike.workspace.Revision.Cause;
import dev.turnpike.workspace.WorkspaceHistory;
import dev.turnpike.workspace.WorkspaceHistory.Undone;
import dev.turnpike.workspace.WorkspacePath;
import dev.turnpike.workspace.Workspaces;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Takes back what another call has changed. No model is shown it: rollbacks call it.
record UndoWorkspaceChange(FileAccess files) implements Tool<UndoWorkspaceChange.Arguments> {
    record Arguments(
            @Describe("number of the revision to take back; 0 for none")
            long revision) {}

    @Override
    public String name() {
        return WorkspaceHistory.UNDO;
    }

    @Override
    public String description() {
        return "Makes every file that a revision of the workspace changed what it was before, unless it has changed"
                + " since.";
    }

    @Override
    public ToolSchema<Arguments> arguments() {
        return ToolSchema.of(Arguments.class);
    }

    @Override
    public Kind kind() {
        return Kind.WORKSPACE;
    }

    @Override
    public Effect effect() {
        return Effect.REPEATABLE;
    }

    @Override
    public boolean offered() {
        return false;
    }

    @Override
    public String call(Arguments arguments, ToolContext context) throws ToolException {
        if (arguments.revision() == 0) {
            return "The call had changed no file, so there is nothing to take back.";
        }
        Undone undone = files.history()
                .undo(Workspaces.conversation(context), Cause.of(context), arguments.revision())
                .orElseThrow(
                        () -> new ToolException("revision %d is not kept any more".formatted(arguments.revision())));
        long revision = undone.applied().orThrow();
        String changed = paths(undone.changedSince());
        if (undone.applied() instanceof Applied.Unchanged && !changed.isEmpty()) {
            throw new ToolException("changed since, and so left as they are: " + changed);
        }
        String done =
                "What revision %d had changed is taken back (revision %d).".formatted(arguments.revision(), revision);
        return changed.isEmpty() ? done : done + " Changed since, and so left as they are: " + changed;
    }

    private static String paths(List<WorkspacePath> paths) {
        return paths.stream().map(WorkspacePath::toString).collect(Collectors.joining(", "));
    }

    @Override
    public String preview(Arguments arguments, ToolContext context) throws ToolException {
        return files.history()
                .revision(Workspaces.conversation(context), arguments.revision())
                .map(revision -> "Would take back what revision %d has changed: %s"
                        .formatted(arguments.revision(), revision.summary()))
                .orElseThrow(
                        () -> new ToolException("revision %d is not kept any more".formatted(arguments.revision())));
    }

    @Override
    public Optional<Compensation> compensation(Arguments arguments, String output, ToolContext context) {
        return Optional.of(files.history().undoOf(context));
    }
}
