package dev.turnpike.patch;

import dev.turnpike.patch.FilePatch.Hunk;
import dev.turnpike.patch.FilePatch.Line;
import dev.turnpike.patch.FilePatch.Sort;
import dev.turnpike.tool.ToolException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the envelope that models of OpenAI were taught to write:
///
/// ```
/// *** Begin Patch
/// *** Update File: path
/// *** Move to: other path
/// @@ a line somewhere before
///  a line that stays
/// -a line that goes
/// +a line that comes
/// *** End of File
/// *** Add File: path
/// +a line
/// *** Delete File: path
/// *** End Patch
/// ```
final class EnvelopeReader {
    static final String BEGIN = "*** Begin Patch";
    private static final String END = "*** End Patch";
    private static final String ADD = "*** Add File: ";
    private static final String DELETE = "*** Delete File: ";
    private static final String UPDATE = "*** Update File: ";
    private static final String MOVE = "*** Move to: ";
    private static final String END_OF_FILE = "*** End of File";

    private final List<String> lines;
    private int at;

    EnvelopeReader(List<String> lines) {
        this.lines = lines;
    }

    List<FilePatch> read() throws ToolException {
        while (!lines.get(at).strip().equals(BEGIN)) {
            at++;
        }
        at++;
        List<FilePatch> files = new ArrayList<>();
        while (at < lines.size() && !lines.get(at).strip().equals(END)) {
            String line = lines.get(at++);
            if (line.startsWith(ADD)) {
                files.add(added(line.substring(ADD.length()).strip()));
            } else if (line.startsWith(DELETE)) {
                files.add(new FilePatch(line.substring(DELETE.length()).strip(), null, null, List.of()));
            } else if (line.startsWith(UPDATE)) {
                files.add(updated(line.substring(UPDATE.length()).strip()));
            } else if (!line.isBlank()) {
                throw new ToolException(
                        "line %d is none of *** Add File, *** Update File, *** Delete File, *** End Patch: %s"
                                .formatted(at, Excerpt.shortened(line)));
            }
        }
        if (at >= lines.size()) {
            throw new ToolException("the patch was cut off: there is no *** End Patch");
        }
        return files;
    }

    private boolean inFile() {
        return at < lines.size()
                && (!lines.get(at).startsWith("*** ") || lines.get(at).strip().equals(END_OF_FILE));
    }

    private FilePatch added(String path) throws ToolException {
        List<Line> content = new ArrayList<>();
        while (inFile()) {
            String line = lines.get(at++);
            if (line.startsWith("+")) {
                content.add(new Line(Sort.ADDED, line.substring(1), true));
            } else if (!line.isBlank()) {
                throw new ToolException("line %d: every line of the new file %s begins with +".formatted(at, path));
            }
        }
        return new FilePatch(null, path, null, List.of(new Hunk(0, List.of(), content, false)));
    }

    private FilePatch updated(String path) throws ToolException {
        String to = path;
        if (at < lines.size() && lines.get(at).startsWith(MOVE)) {
            to = lines.get(at++).substring(MOVE.length()).strip();
        }
        List<Hunk> hunks = new ArrayList<>();
        while (inFile()) {
            Hunk hunk = hunk(path);
            if (hunk != null) {
                hunks.add(hunk);
            }
        }
        if (hunks.isEmpty() && to.equals(path)) {
            throw new ToolException("nothing is said of what changes in %s".formatted(path));
        }
        return new FilePatch(path, to, null, hunks);
    }

    private @Nullable Hunk hunk(String path) throws ToolException {
        List<String> after = new ArrayList<>();
        while (inFile() && lines.get(at).startsWith("@@")) {
            String anchor = lines.get(at++).substring(2).strip();
            if (!anchor.isEmpty() && !anchor.matches("-\\d.*")) {
                after.add(anchor);
            }
        }
        List<Line> content = new ArrayList<>();
        boolean atEnd = false;
        while (inFile() && !lines.get(at).startsWith("@@") && !atEnd) {
            String line = lines.get(at++);
            atEnd = line.strip().equals(END_OF_FILE);
            if (!atEnd) {
                content.add(line(line, path));
            }
        }
        // A blank line before the next file is none of this one.
        if (!content.isEmpty() && lines.get(at - 1).isEmpty()) {
            content.removeLast();
        }
        return content.isEmpty() ? null : new Hunk(0, after, content, atEnd);
    }

    private Line line(String line, String path) throws ToolException {
        if (line.isEmpty()) {
            return new Line(Sort.KEPT, "", true);
        }
        return switch (line.charAt(0)) {
            case ' ' -> new Line(Sort.KEPT, line.substring(1), true);
            case '-' -> new Line(Sort.REMOVED, line.substring(1), true);
            case '+' -> new Line(Sort.ADDED, line.substring(1), true);
            default ->
                throw new ToolException("line %d, of %s, begins with none of space, - and +: %s"
                        .formatted(at, path, Excerpt.shortened(line)));
        };
    }
}
