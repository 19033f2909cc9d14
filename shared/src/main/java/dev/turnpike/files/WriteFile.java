package dev.turnpike.files;

import dev.turnpike.tool.Describe;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;
import dev.turnpike.workspace.Edit;
import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.TextEncoding;
import dev.turnpike.workspace.Workspace;
import dev.turnpike.workspace.WorkspacePath;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes a whole file, or adds to its end.
record WriteFile(FileAccess files) implements ChangingTool<WriteFile.Arguments> {
    record Arguments(
            @Describe("such as src/main.py; folders are made as needed")
            String path,

            @Describe("all that the file is to contain, or what is added to its end")
            String content,

            @Describe("utf-8 (if not given), utf-16, latin-1 or base64; base64 is for files that are not text")
            @Nullable
            String encoding,

            @Describe("true adds the content to the end of the file") @Nullable
            Boolean append) {}

    @Override
    public String name() {
        return "write_file";
    }

    @Override
    public String description() {
        return "Writes a file of the conversation's workspace, new or in place of what it contains.";
    }

    @Override
    public ToolSchema<Arguments> arguments() {
        return ToolSchema.of(Arguments.class);
    }

    @Override
    public List<Edit> edits(Arguments arguments, Workspace now) throws ToolException {
        WorkspacePath path = WorkspacePath.outsideGit(arguments.path());
        byte[] content = TextEncoding.named(arguments.encoding()).bytes(arguments.content());
        FileEntry before = now.files().get(path);
        if (before != null && Boolean.TRUE.equals(arguments.append())) {
            content = joined(files.bytes(now, before), content);
        }
        return List.of(Edit.write(path, content, before != null && before.executable()));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
