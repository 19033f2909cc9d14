package dev.turnpike.workspace;

import dev.turnpike.tool.ToolException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a file lies: names joined by `/`, relative to the workspace, in Unicode's normal form C.
///
/// There is one way to make a path, and it leaves nothing that could lead out of the workspace. Two paths of one file
/// are equal.
public final class WorkspacePath implements Comparable<WorkspacePath> {
    static final int MOST_BYTES = 1_024;
    static final int MOST_NAME_BYTES = 255;

    private static final String GIT = ".git";

    /// Dots, slashes, NUL and other control characters, encoded as in a URL: nobody decodes them here, but whoever gets
    /// the path next may.
    private static final Pattern ENCODED = Pattern.compile("%(2e|2f|5c|[01][0-9a-f]|7f)", Pattern.CASE_INSENSITIVE);

    private final String text;

    private WorkspacePath(String text) {
        this.text = text;
    }

    /// The path that a caller names.
    ///
    /// @throws ToolException it is none; in words for whoever named it
    public static WorkspacePath of(String given) throws ToolException {
        if (given.length() > MOST_BYTES) {
            throw tooLong();
        }
        String text = Normalizer.normalize(given, Normalizer.Form.NFC);
        checkCharacters(text);
        String path = text.startsWith("./") ? text.substring(2) : text;
        if (path.isEmpty()) {
            throw refused(text, "a path names a file, such as src/main.py");
        }
        if (path.startsWith("/") || path.startsWith("~")) {
            throw refused(text, "paths are relative to the workspace, such as src/main.py");
        }
        for (String name : path.split("/", -1)) {
            checkName(text, name);
        }
        if (path.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            throw tooLong();
        }
        return new WorkspacePath(path);
    }

    /// The same for file tools and routes, which leave the files of a Git repository to `git_operation`.
    ///
    /// @throws ToolException it is none, or lies in `.git`
    public static WorkspacePath outsideGit(String given) throws ToolException {
        WorkspacePath path = of(given);
        if (path.inGit()) {
            throw refused(path.text, "what is in .git is changed by git commands only");
        }
        return path;
    }

    private static void checkCharacters(String text) throws ToolException {
        if (text.indexOf('\\') >= 0) {
            throw refused(text, "names are separated by /, and no name has a backslash");
        }
        if (text.codePoints().anyMatch(WorkspacePath::isInvisible)) {
            throw refused(text, "a path has no control characters and no line breaks");
        }
        if (ENCODED.matcher(text).find()) {
            throw refused(text, "a path is not percent-encoded");
        }
    }

    private static boolean isInvisible(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                true;
            // The last is what a lone surrogate becomes on its way here.
            default -> isDirection(character) || character == 0xfeff || character == 0xfffd;
        };
    }

    /// Those that change the order in which the rest is shown.
    private static boolean isDirection(int character) {
        return character == 0x200e
                || character == 0x200f
                || character == 0x061c
                || (character >= 0x202a && character <= 0x202e)
                || (character >= 0x2066 && character <= 0x2069);
    }

    private static void checkName(String path, String name) throws ToolException {
        if (name.isBlank()) {
            throw refused(path, "a name in it is empty");
        }
        if (name.equals(".") || name.equals("..")) {
            throw refused(path, "a path has no . and no .. in it");
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > MOST_NAME_BYTES) {
            throw refused(path, "a name has at most %d bytes".formatted(MOST_NAME_BYTES));
        }
    }

    private static ToolException tooLong() {
        return new ToolException("the path is too long: at most %,d bytes".formatted(MOST_BYTES));
    }

    private static ToolException refused(String path, String why) {
        return new ToolException("\"%s\" is no path of a file: %s".formatted(shown(path), why));
    }

    private static String shown(String path) {
        StringBuilder shown = new StringBuilder();
        path.codePoints()
                .limit(100)
                .map(character -> isInvisible(character) ? 0xfffd : character)
                .forEach(shown::appendCodePoint);
        return shown.toString();
    }

    /// Whether it is, or lies in, what Git keeps for itself. File systems exist that take `.GIT` for the same.
    public boolean inGit() {
        return names().stream().anyMatch(name -> name.toLowerCase(Locale.ROOT).equals(GIT));
    }

    /// From the outermost folder to the file.
    public List<String> names() {
        return List.of(text.split("/"));
    }

    /// The folders that it lies in, outermost first, as the paths that they would be.
    public List<WorkspacePath> folders() {
        List<WorkspacePath> folders = new ArrayList<>();
        for (int end = text.indexOf('/'); end >= 0; end = text.indexOf('/', end + 1)) {
            folders.add(new WorkspacePath(text.substring(0, end)));
        }
        return folders;
    }

    @Override
    public int compareTo(WorkspacePath other) {
        return text.compareTo(other.text);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof WorkspacePath path && path.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
