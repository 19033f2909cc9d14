package dev.turnpike.files;

import dev.turnpike.schema.Looks;
import dev.turnpike.tool.ToolException;
import dev.turnpike.workspace.WorkspacePath;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which paths are meant: `*` and `?` stand for characters of one name, `**` for any number of folders, `{a,b}` for
/// either. A pattern without `/` is one of names, in whatever folder.
final class Glob {
    private static final int MOST_CHARS = 200;
    private static final int MOST_LOOKS = 20_000_000;

    private final Pattern pattern;
    private final boolean ofNames;
    private final Looks looks = new Looks(MOST_LOOKS);

    private Glob(Pattern pattern, boolean ofNames) {
        this.pattern = pattern;
        this.ofNames = ofNames;
    }

    /// @param glob null for all
    /// @throws ToolException it is none
    static Glob of(@Nullable String glob) throws ToolException {
        String wanted = glob == null || glob.isBlank() ? "**" : glob.strip();
        if (wanted.length() > MOST_CHARS) {
            throw new ToolException("a pattern has at most %d characters".formatted(MOST_CHARS));
        }
        String plain = wanted.startsWith("./") ? wanted.substring(2) : wanted;
        return new Glob(Pattern.compile(regex(plain), Pattern.DOTALL), !plain.contains("/") && !plain.contains("**"));
    }

    private static String regex(String glob) throws ToolException {
        StringBuilder regex = new StringBuilder();
        int braces = 0;
        for (int i = 0; i < glob.length(); i++) {
            char character = glob.charAt(i);
            switch (character) {
                case '*' -> {
                    if (glob.startsWith("**/", i)) {
                        regex.append("(?:[^/]+/)*");
                        i += 2;
                    } else if (glob.startsWith("**", i)) {
                        regex.append(".*");
                        i++;
                    } else {
                        regex.append("[^/]*");
                    }
                }
                case '?' -> regex.append("[^/]");
                case '{' -> {
                    braces++;
                    regex.append("(?:");
                }
                case '}' -> {
                    braces--;
                    regex.append(')');
                }
                case ',' -> regex.append(braces > 0 ? "|" : ",");
                default -> regex.append(Pattern.quote(String.valueOf(character)));
            }
            if (braces < 0) {
                break;
            }
        }
        if (braces != 0) {
            throw new ToolException("the pattern has a { without its }, or a } without its {");
        }
        return regex.toString();
    }

    /// @throws ToolException it has taken too long by now
    boolean matches(WorkspacePath path) throws ToolException {
        String text = ofNames ? path.names().getLast() : path.toString();
        try {
            return pattern.matcher(looks.at(text)).matches();
        } catch (Looks.TooManyException | StackOverflowError _) {
            throw new ToolException("the pattern takes too long; use fewer *");
        }
    }
}
