package dev.turnpike.files;

import dev.turnpike.patch.FilePatch;
import dev.turnpike.patch.HunkApplier;
import dev.turnpike.patch.Patch;
import dev.turnpike.tool.Describe;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;
import dev.turnpike.workspace.Edit;
import dev.turnpike.workspace.FileContent;
import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.TextEncoding;
import dev.turnpike.workspace.Workspace;
import dev.turnpike.workspace.WorkspacePath;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Changes files as a patch says: all of them, or none.
record ApplyPatch(FileAccess files) implements ChangingTool<ApplyPatch.Arguments> {
    record Arguments(
            @Describe("unified diff of one or more files (--- a/path, +++ b/path, @@ ... @@),"
                    + " or an envelope from *** Begin Patch to *** End Patch")
            String patch) {}

    @Override
    public String name() {
        return "apply_patch";
    }

    @Override
    public String description() {
        return "Changes, adds, moves and deletes files of the conversation's workspace. If a part of the patch does not"
                + " fit, nothing is changed, and the answer says what the file has there.";
    }

    @Override
    public ToolSchema<Arguments> arguments() {
        return ToolSchema.of(Arguments.class);
    }

    @Override
    public List<Edit> edits(Arguments arguments, Workspace now) throws ToolException {
        Map<WorkspacePath, Edit> edits = new LinkedHashMap<>();
        for (FilePatch patch : Patch.read(arguments.patch()).files()) {
            WorkspacePath from = patch.from() == null ? null : WorkspacePath.outsideGit(patch.from());
            WorkspacePath to = patch.to() == null ? null : WorkspacePath.outsideGit(patch.to());
            Edit edit = edit(now, edits, patch, from, to);
            if (from != null && to != null && !from.equals(to)) {
                edits.put(from, Edit.delete(from));
            }
            edits.put(edit.path(), edit);
        }
        return List.copyOf(edits.values());
    }

    /// A patch may name a file twice: the later part finds what the earlier one has made of it.
    private Edit edit(
            Workspace now,
            Map<WorkspacePath, Edit> edits,
            FilePatch patch,
            @Nullable WorkspacePath from,
            @Nullable WorkspacePath to)
            throws ToolException {
        if (to != null && !to.equals(from) && isThere(now, edits, to)) {
            throw new ToolException("%s is there already; update it, or delete it first".formatted(to));
        }
        if (from == null) {
            return write(patch, to, "", false);
        }
        return change(now, edits, patch, from, to);
    }

    private Edit change(
            Workspace now,
            Map<WorkspacePath, Edit> edits,
            FilePatch patch,
            WorkspacePath from,
            @Nullable WorkspacePath to)
            throws ToolException {
        Edit before = edits.get(from);
        if (before == null) {
            FileEntry file = FileAccess.found(now, from);
            before = Edit.write(from, files.bytes(now, file), file.executable());
        }
        FileContent content = before.content();
        if (content == null) {
            throw new ToolException("%s is deleted by this patch".formatted(from));
        }
        if (to == null) {
            return Edit.delete(from);
        }
        if (patch.hunks().isEmpty()) {
            return new Edit(to, content, executable(patch, before.executable()));
        }
        return write(patch, to, text(from, content.bytes()), before.executable());
    }

    private static boolean isThere(Workspace now, Map<WorkspacePath, Edit> edits, WorkspacePath path) {
        Edit edit = edits.get(path);
        return edit == null ? now.files().containsKey(path) : edit.content() != null;
    }

    private static Edit write(FilePatch patch, @Nullable WorkspacePath to, String before, boolean executable)
            throws ToolException {
        if (to == null) {
            throw new ToolException("a part of the patch names no file");
        }
        byte[] bytes = TextEncoding.UTF_8.bytes(HunkApplier.apply(patch, before));
        return Edit.write(to, bytes, executable(patch, executable));
    }

    private static boolean executable(FilePatch patch, boolean before) {
        Boolean wanted = patch.executable();
        return wanted == null ? before : wanted;
    }

    private static String text(WorkspacePath path, byte[] bytes) throws ToolException {
        if (TextEncoding.isBinary(bytes)) {
            throw new ToolException("%s is not UTF-8 text; write it with write_file".formatted(path));
        }
        return TextEncoding.UTF_8.text(bytes);
    }
}
