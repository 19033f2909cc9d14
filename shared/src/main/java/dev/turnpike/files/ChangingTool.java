package dev.turnpike.files;

import dev.turnpike.patch.UnifiedDiff;
import dev.turnpike.tool.Compensation;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.workspace.Applied;
import dev.turnpike.workspace.Edit;
import dev.turnpike.workspace.FileContent;
import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.Revision.Cause;
import dev.turnpike.workspace.TextEncoding;
import dev.turnpike.workspace.Workspace;
import dev.turnpike.workspace.Workspaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A tool that changes the conversation's files: one revision for each call, however often that is attempted, and one
/// that can be taken back.
interface ChangingTool<A> extends Tool<A> {
    FileAccess files();

    /// What the arguments make of the files as they are.
    ///
    /// @throws ToolException why they can't
    List<Edit> edits(A arguments, Workspace now) throws ToolException;

    @Override
    default Kind kind() {
        return Kind.WORKSPACE;
    }

    @Override
    default Effect effect() {
        return Effect.REPEATABLE;
    }

    @Override
    default String call(A arguments, ToolContext context) throws ToolException {
        List<Edit> made = new ArrayList<>();
        Applied applied = files().workspaces().change(Workspaces.conversation(context), Cause.of(context), now -> {
            List<Edit> edits = edits(arguments, now);
            made.clear();
            made.addAll(edits);
            return edits;
        });
        long revision = applied.orThrow();
        return applied instanceof Applied.Unchanged
                ? "Nothing changed: the files were so before (revision %d).".formatted(revision)
                : "Revision %d.%s".formatted(revision, told(made));
    }

    private static String told(List<Edit> edits) {
        StringBuilder told = new StringBuilder();
        for (Edit edit : edits) {
            FileContent content = edit.content();
            told.append('\n').append(edit.path()).append(": ");
            told.append(content == null ? "deleted" : "%,d bytes".formatted(content.sizeBytes()));
        }
        return told.toString();
    }

    /// The unified diff that would result.
    @Override
    default String preview(A arguments, ToolContext context) throws ToolException {
        Workspace now = files().load(context);
        StringBuilder diff = new StringBuilder();
        for (Edit edit : edits(arguments, now)) {
            diff.append(difference(now, edit));
        }
        return diff.isEmpty() ? "Nothing would change." : diff.toString();
    }

    private String difference(Workspace now, Edit edit) throws ToolException {
        FileEntry file = now.files().get(edit.path());
        FileContent content = edit.content();
        byte @Nullable [] before = file == null ? null : files().bytes(now, file);
        byte @Nullable [] after = content == null ? null : content.bytes();
        if ((before != null && TextEncoding.isBinary(before)) || (after != null && TextEncoding.isBinary(after))) {
            return "Binary file %s: %s\n"
                    .formatted(edit.path(), after == null ? "deleted" : "%,d bytes".formatted(after.length));
        }
        String mode = file != null && content != null && file.executable() != edit.executable()
                ? "new mode %s of %s\n".formatted(edit.executable() ? "100755" : "100644", edit.path())
                : "";
        return mode
                + UnifiedDiff.of(
                        edit.path().toString(),
                        before == null ? null : TextEncoding.UTF_8.text(before),
                        after == null ? null : TextEncoding.UTF_8.text(after));
    }

    @Override
    default Optional<Compensation> compensation(A arguments, String output, ToolContext context) {
        return Optional.of(files().history().undoOf(context));
    }

    @Override
    default String boundTo(ToolContext context) {
        return files().history().boundTo(context);
    }

    @Override
    default boolean stillBound(String boundTo, ToolContext context) {
        return files().history().stillBound(boundTo, context);
    }
}
