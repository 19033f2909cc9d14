package dev.turnpike.files;

import dev.turnpike.patch.TextLines;
import dev.turnpike.tool.Describe;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;
import dev.turnpike.tool.ToolText;
import dev.turnpike.workspace.TextEncoding;
import dev.turnpike.workspace.Workspace;
import dev.turnpike.workspace.WorkspacePath;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Tells what is in a file, or in some of its lines or bytes.
record ReadFile(FileAccess files) implements ReadingTool<ReadFile.Arguments> {
    private static final int MOST_CHARS = 60_000;
    private static final int MOST_BYTES = 45_000;

    record Arguments(
            @Describe("such as src/main.py") String path,

            @Describe("utf-8 (if not given), utf-16, latin-1 or base64; base64 is for files that are not text")
            @Nullable
            String encoding,

            @Describe("first line to read, from 1") @Nullable
            Integer first_line,

            @Describe("last line to read") @Nullable Integer last_line,

            @Describe("first byte to read, from 0; for files with very long lines, and with base64") @Nullable
            Integer first_byte,

            @Describe("how many bytes to read from first_byte on") @Nullable
            Integer bytes) {}

    @Override
    public String name() {
        return "read_file";
    }

    @Override
    public String description() {
        return "Reads a file of the conversation's workspace. Long files are cut, with a notice of how to go on.";
    }

    @Override
    public ToolSchema<Arguments> arguments() {
        return ToolSchema.of(Arguments.class);
    }

    @Override
    public String call(Arguments arguments, ToolContext context) throws ToolException {
        TextEncoding encoding = TextEncoding.named(arguments.encoding());
        WorkspacePath path = WorkspacePath.outsideGit(arguments.path());
        Workspace workspace = files.load(context);
        byte[] content = files.bytes(workspace, FileAccess.found(workspace, path));
        if (encoding == TextEncoding.BASE64 || arguments.first_byte() != null || arguments.bytes() != null) {
            return bytes(arguments, encoding, content);
        }
        if (arguments.encoding() == null && TextEncoding.isBinary(content)) {
            throw new ToolException(
                    "%s is a binary file of %,d bytes; read it with encoding base64, or as utf-16 or latin-1"
                            .formatted(path, content.length));
        }
        return lines(arguments, encoding.text(content));
    }

    private static String bytes(Arguments arguments, TextEncoding encoding, byte[] content) throws ToolException {
        int first = number(arguments.first_byte(), 0, 0, "first_byte");
        int wanted = number(arguments.bytes(), MOST_BYTES, 1, "bytes");
        if (first > content.length) {
            throw new ToolException("the file has only %,d bytes".formatted(content.length));
        }
        int end = first + Math.min(Math.min(wanted, MOST_BYTES), content.length - first);
        byte[] part = Arrays.copyOfRange(content, first, end);
        String text = encoding == TextEncoding.UTF_8 ? new String(part, StandardCharsets.UTF_8) : encoding.text(part);
        return end == content.length && first == 0
                ? text
                : text
                        + "\n[Bytes %d to %d of %d.%s]"
                                .formatted(first, end - 1, content.length, more(end, content.length));
    }

    private static String more(int end, int length) {
        return end < length ? " Go on with first_byte %d.".formatted(end) : "";
    }

    private static String lines(Arguments arguments, String text) throws ToolException {
        TextLines lines = TextLines.of(text);
        int first = number(arguments.first_line(), 1, 1, "first_line");
        int last = Math.min(lines.size(), number(arguments.last_line(), Integer.MAX_VALUE, 1, "last_line"));
        if (first > Math.max(1, lines.size())) {
            throw new ToolException("the file has only %,d lines".formatted(lines.size()));
        }
        StringBuilder shown = new StringBuilder();
        int line = first;
        while (line <= last && shown.length() + lines.texts().get(line - 1).length() < MOST_CHARS) {
            shown.append(lines.texts().get(line - 1)).append(lines.ends().get(line - 1));
            line++;
        }
        if (line == first && line <= last) {
            return ToolText.head(lines.texts().get(line - 1), MOST_CHARS)
                    + "\n[Cut: line %d has %,d characters. Read it with first_byte and bytes.]"
                            .formatted(line, lines.texts().get(line - 1).length());
        }
        return first == 1 && line > lines.size() ? shown.toString() : shown + notice(first, line, last, lines.size());
    }

    private static String notice(int first, int next, int last, int all) {
        return "\n[Lines %d to %d of %d.%s]"
                .formatted(first, next - 1, all, next <= last ? " Go on with first_line %d.".formatted(next) : "");
    }

    private static int number(@Nullable Integer given, int usual, int least, String name) throws ToolException {
        if (given != null && given < least) {
            throw new ToolException("%s is at least %d".formatted(name, least));
        }
        return given == null ? usual : given;
    }
}
