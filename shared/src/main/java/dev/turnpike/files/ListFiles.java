package dev.turnpike.files;

import dev.turnpike.tool.Describe;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;
import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.Workspace;
import dev.turnpike.workspace.WorkspacePath;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Tells which files there are.
record ListFiles(FileAccess files) implements ReadingTool<ListFiles.Arguments> {
    private static final int MOST_FILES = 500;

    record Arguments(
            @Describe("which files, such as *.py or src/**/*.java; all if not given") @Nullable
            String pattern,

            @Describe("only files in this folder") @Nullable String under) {}

    @Override
    public String name() {
        return "list_files";
    }

    @Override
    public String description() {
        return "Lists the files of the conversation's workspace, with their size in bytes.";
    }

    @Override
    public ToolSchema<Arguments> arguments() {
        return ToolSchema.of(Arguments.class);
    }

    @Override
    public String call(Arguments arguments, ToolContext context) throws ToolException {
        Glob glob = Glob.of(arguments.pattern());
        WorkspacePath folder = folder(arguments.under());
        Workspace workspace = files.load(context);
        StringBuilder list = new StringBuilder();
        int found = 0;
        for (Map.Entry<WorkspacePath, FileEntry> file : workspace.files().entrySet()) {
            WorkspacePath path = file.getKey();
            boolean there = folder == null || path.folders().contains(folder);
            if (there && !path.inGit() && glob.matches(path) && found++ < MOST_FILES) {
                list.append(path).append("  ").append(file.getValue().sizeBytes());
                list.append(file.getValue().executable() ? "  executable\n" : "\n");
            }
        }
        if (found == 0) {
            return workspace.files().isEmpty() ? "The workspace is empty." : "No file matches.";
        }
        return found <= MOST_FILES
                ? list.toString()
                : list + "[Cut: these are %,d of %,d files. Use a pattern or a folder.]".formatted(MOST_FILES, found);
    }

    private static @Nullable WorkspacePath folder(@Nullable String under) throws ToolException {
        if (under == null || under.isBlank() || under.equals(".") || under.equals("./")) {
            return null;
        }
        return WorkspacePath.outsideGit(under.endsWith("/") ? under.substring(0, under.length() - 1) : under);
    }
}
