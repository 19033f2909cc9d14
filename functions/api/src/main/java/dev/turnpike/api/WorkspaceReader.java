package dev.turnpike.api;

import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.Fields;
import dev.turnpike.tool.ToolException;
import dev.turnpike.workspace.Edit;
import dev.turnpike.workspace.FileContent;
import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.TextEncoding;
import dev.turnpike.workspace.Workspace;
import dev.turnpike.workspace.WorkspacePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads what a caller wants a workspace's files to be.
final class WorkspaceReader {
    private static final int MOST_FILES = 500;

    private WorkspaceReader() {}

    /// @param content null for a file that is to be deleted
    /// @param executable empty to leave it as it is
    record Wanted(WorkspacePath path, @Nullable FileContent content, Optional<Boolean> executable) {
        Edit edit(Workspace now) {
            if (content == null) {
                return Edit.delete(path);
            }
            boolean before = now.file(path).map(FileEntry::executable).orElse(false);
            return new Edit(path, content, executable.orElse(before));
        }
    }

    /// @throws ApiException what is wrong with one of them
    static List<Wanted> files(Fields body) {
        if (!body.has("files")) {
            throw body.missing("files");
        }
        List<Fields> files = body.objects("files");
        body.atMost("files", files.size(), MOST_FILES);
        List<Wanted> wanted = new ArrayList<>();
        for (Fields file : files) {
            file.allowOnly(Set.of("path", "content", "encoding", "executable", "delete"));
            wanted.add(wanted(file));
        }
        return wanted;
    }

    private static Wanted wanted(Fields file) {
        WorkspacePath path = path(file.requiredText("path"), file.path("path"));
        if (file.flag("delete").orElse(false)) {
            return new Wanted(path, null, Optional.empty());
        }
        TextEncoding encoding = encoding(file.text("encoding").orElse(null), file.path("encoding"));
        String content = file.text("content").orElseThrow(() -> file.missing("content"));
        try {
            return new Wanted(path, FileContent.of(encoding.bytes(content)), file.flag("executable"));
        } catch (ToolException e) {
            throw invalid(file.path("content"), e);
        }
    }

    /// Row 34 of the faults: a path that leads out of the workspace is none.
    static WorkspacePath path(String text, String param) {
        try {
            return WorkspacePath.outsideGit(text);
        } catch (ToolException e) {
            throw invalid(param, e);
        }
    }

    static TextEncoding encoding(@Nullable String name, String param) {
        try {
            return TextEncoding.named(name);
        } catch (ToolException e) {
            throw invalid(param, e);
        }
    }

    static String content(TextEncoding encoding, byte[] bytes) {
        try {
            return encoding.text(bytes);
        } catch (ToolException e) {
            throw invalid("encoding", e);
        }
    }

    private static ApiException invalid(String param, ToolException why) {
        return ApiException.invalid("invalid_value", param, "Invalid '" + param + "': " + why.getMessage() + ".");
    }
}
