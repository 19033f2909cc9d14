package dev.turnpike.patch;

import dev.turnpike.patch.FilePatch.Hunk;
import dev.turnpike.patch.FilePatch.Line;
import dev.turnpike.patch.FilePatch.Sort;
import dev.turnpike.tool.ToolException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads unified diffs, with or without Git's headers. The numbers of lines that a hunk announces are taken as a hint
/// only: models seldom count right.
final class DiffReader {
    private static final Pattern HUNK =
            Pattern.compile("@@ -(\\d{1,9})(?:,(\\d{1,9}))? \\+(\\d{1,9})(?:,(\\d{1,9}))? @@.*");
    private static final String GIT = "diff --git ";
    private static final String NOWHERE = "/dev/null";

    private final List<String> lines;
    private int at;

    DiffReader(List<String> lines) {
        this.lines = lines;
    }

    /// What was read of a file so far.
    private static final class Draft {
        @Nullable
        String from;

        @Nullable
        String to;

        @Nullable
        Boolean executable;

        boolean isNew;
        boolean isDeleted;
        final List<Hunk> hunks = new ArrayList<>();

        FilePatch patch() throws ToolException {
            String source = isNew ? null : from;
            String target = isDeleted ? null : to;
            if (source == null && target == null) {
                throw new ToolException("a part of the diff does not say which file it is about");
            }
            return new FilePatch(source, target, executable, hunks);
        }
    }

    List<FilePatch> read() throws ToolException {
        List<FilePatch> files = new ArrayList<>();
        while (at < lines.size()) {
            if (lines.get(at).startsWith(GIT)) {
                files.add(gitFile());
            } else if (atNames()) {
                Draft draft = new Draft();
                names(draft);
                hunks(draft);
                files.add(draft.patch());
            } else if (lines.get(at).startsWith("@@ ")) {
                throw new ToolException(
                        "line %d: a hunk comes before --- and +++ have named its file".formatted(at + 1));
            } else {
                at++;
            }
        }
        return files;
    }

    private boolean atNames() {
        return at + 1 < lines.size()
                && lines.get(at).startsWith("--- ")
                && lines.get(at + 1).startsWith("+++ ");
    }

    private FilePatch gitFile() throws ToolException {
        Draft draft = new Draft();
        gitNames(lines.get(at++).substring(GIT.length()), draft);
        while (at < lines.size() && !lines.get(at).startsWith(GIT) && !atNames()) {
            header(lines.get(at++), draft);
        }
        if (atNames()) {
            names(draft);
            hunks(draft);
        }
        return draft.patch();
    }

    /// `a/path b/path`, of which both are the same unless another header says so.
    private static void gitNames(String names, Draft draft) {
        if (names.startsWith("\"")) {
            int end = names.indexOf("\" ");
            draft.from = end < 0 ? null : withoutPrefix(unquoted(names.substring(0, end + 1)), "a/");
        } else {
            int middle = names.indexOf(" b/");
            draft.from = middle < 0 ? null : withoutPrefix(names.substring(0, middle), "a/");
        }
        draft.to = draft.from;
    }

    private void header(String line, Draft draft) throws ToolException {
        if (line.startsWith("new file mode ")) {
            draft.isNew = true;
            mode(line, draft);
        } else if (line.startsWith("deleted file mode ")) {
            draft.isDeleted = true;
        } else if (line.startsWith("new mode ")) {
            mode(line, draft);
        } else if (line.startsWith("rename from ")) {
            draft.from = unquoted(line.substring("rename from ".length()));
        } else if (line.startsWith("rename to ")) {
            draft.to = unquoted(line.substring("rename to ".length()));
        } else if (line.startsWith("copy from ")) {
            throw new ToolException("line %d: copies are not supported; write the new file".formatted(at));
        } else if (line.startsWith("GIT binary patch") || line.startsWith("Binary files ")) {
            throw new ToolException(
                    "line %d: binary files can't be patched; write them with write_file and base64".formatted(at));
        }
    }

    private void mode(String line, Draft draft) throws ToolException {
        String mode = line.substring(line.lastIndexOf(' ') + 1);
        if (!mode.startsWith("100")) {
            throw new ToolException("line %d: mode %s is no file's; there are no symbolic links and submodules here"
                    .formatted(at, Excerpt.shortened(mode)));
        }
        draft.executable = mode.endsWith("755");
    }

    private void names(Draft draft) {
        String from = name(lines.get(at++));
        String to = name(lines.get(at++));
        boolean prefixed =
                (from.startsWith("a/") || from.equals(NOWHERE)) && (to.startsWith("b/") || to.equals(NOWHERE));
        draft.isNew |= from.equals(NOWHERE);
        draft.isDeleted |= to.equals(NOWHERE);
        if (!draft.isNew) {
            draft.from = prefixed ? withoutPrefix(from, "a/") : from;
        }
        if (!draft.isDeleted) {
            draft.to = prefixed ? withoutPrefix(to, "b/") : to;
        }
    }

    /// A time may follow it, behind a tab.
    private static String name(String line) {
        String name = line.substring(4);
        int tab = name.indexOf('\t');
        return unquoted((tab < 0 ? name : name.substring(0, tab)).strip());
    }

    private static String withoutPrefix(String name, String prefix) {
        return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }

    private static String unquoted(String name) {
        return name.length() >= 2 && name.startsWith("\"") && name.endsWith("\"")
                ? QuotedName.read(name.substring(1, name.length() - 1))
                : name;
    }

    private void hunks(Draft draft) throws ToolException {
        while (at < lines.size() && !lines.get(at).startsWith(GIT) && !atNames()) {
            Matcher header = HUNK.matcher(lines.get(at));
            if (header.matches()) {
                at++;
                draft.hunks.add(hunk(header));
            } else if (lines.get(at).startsWith("@@")) {
                at++;
                draft.hunks.add(hunk(0, Integer.MAX_VALUE, Integer.MAX_VALUE));
            } else {
                at++;
            }
        }
    }

    private Hunk hunk(Matcher header) throws ToolException {
        return hunk(Integer.parseInt(header.group(1)), count(header.group(2)), count(header.group(4)));
    }

    private static int count(@Nullable String number) {
        return number == null ? 1 : Integer.parseInt(number);
    }

    private Hunk hunk(int start, int oldLines, int newLines) throws ToolException {
        List<Line> content = new ArrayList<>();
        int oldLeft = oldLines;
        int newLeft = newLines;
        while (at < lines.size() && goesOn(lines.get(at), oldLeft, newLeft)) {
            String line = lines.get(at++);
            if (line.startsWith("\\")) {
                if (!content.isEmpty()) {
                    content.add(content.removeLast().withoutEnd());
                }
                continue;
            }
            Line read = line(line);
            oldLeft -= read.sort() == Sort.ADDED ? 0 : 1;
            newLeft -= read.sort() == Sort.REMOVED ? 0 : 1;
            content.add(read);
        }
        if (content.isEmpty()) {
            throw new ToolException("line %d: the hunk is empty".formatted(at));
        }
        return new Hunk(start, List.of(), content, false);
    }

    private boolean goesOn(String line, int oldLeft, int newLeft) {
        boolean more = oldLeft > 0 || newLeft > 0;
        if (line.isEmpty()) {
            // Whoever strips the end of lines makes this of an empty one that stays.
            return more && oldLeft < Integer.MAX_VALUE / 2;
        }
        return switch (line.charAt(0)) {
            case '-', '+' -> more || !atNames();
            case ' ', '\\' -> true;
            default -> false;
        };
    }

    private static Line line(String line) {
        if (line.isEmpty()) {
            return new Line(Sort.KEPT, "", true);
        }
        Sort sort = switch (line.charAt(0)) {
            case '-' -> Sort.REMOVED;
            case '+' -> Sort.ADDED;
            default -> Sort.KEPT;
        };
        return new Line(sort, line.substring(1), true);
    }
}
