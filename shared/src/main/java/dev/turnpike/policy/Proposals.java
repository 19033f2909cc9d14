package dev.turnpike.policy;

import dev.turnpike.tool.ToolException;
import dev.turnpike.workspace.WorkspacePath;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Finds in an answer what it suggests to be done: its fenced blocks of shell commands and patches, and those that a
/// path says are files. Whatever else it shows is an example.
public final class Proposals {
    private static final int MOST = 100;
    private static final int MOST_PATH_CHARS = 300;

    private static final Set<String> SHELLS =
            Set.of("bash", "sh", "zsh", "shell", "console", "terminal", "shell-session", "shellsession");
    private static final Set<String> PATCHES = Set.of("diff", "patch", "udiff");
    private static final Set<String> CONFIGURATIONS =
            Set.of("json", "jsonc", "yaml", "yml", "toml", "ini", "properties", "xml", "env", "conf", "cfg");

    private static final Pattern FENCE = Pattern.compile(" {0,3}(`{3,}|~{3,}) *([^`]*)");

    /// A path has a dot or a slash in it and no blanks.
    private static final String PATH = "([\\w.@+-]*[./][\\w.@+/-]*\\w)";

    private static final Pattern NAMED = Pattern.compile("(?:title|file|filename|path|name)=[\"']?" + PATH + "[\"']?");
    private static final Pattern AFTER_COLON = Pattern.compile("\\w+:" + PATH);
    private static final Pattern LINE_BEFORE = Pattern.compile(
            "(?:[#>*-]+ *)?(?:file:? *)?(?:\\*\\*|`)+" + PATH + "(?:\\*\\*|`)+:?|file: *" + PATH,
            Pattern.CASE_INSENSITIVE);
    private static final Pattern FIRST_COMMENT =
            Pattern.compile("(?:#|//|--|;|<!--) *(?:file(?:name)?: *)?" + PATH + "(?: *-->)?");

    private final List<Proposal> found = new ArrayList<>();

    private Proposals() {}

    /// In the order of the answer; at most 100.
    public static List<Proposal> in(String answer) {
        Proposals proposals = new Proposals();
        proposals.read(answer.lines().toList());
        return List.copyOf(proposals.found);
    }

    /// @param info what stands behind the fence
    /// @param before the last line before it that is not blank
    private record Block(String info, String before, List<String> lines) {
        String language() {
            return info.split("[\\s:{]", 2)[0].toLowerCase(Locale.ROOT);
        }

        String text() {
            return String.join("\n", lines) + "\n";
        }
    }

    private void read(List<String> lines) {
        String before = "";
        int at = 0;
        while (at < lines.size() && found.size() < MOST) {
            Matcher fence = FENCE.matcher(lines.get(at));
            if (fence.matches()) {
                int end = end(lines, at + 1, fence.group(1));
                // A block that is not closed was cut off: half a command is none.
                if (end < lines.size()) {
                    block(new Block(fence.group(2).strip(), before, lines.subList(at + 1, end)));
                }
                at = end;
                before = "";
            } else if (!lines.get(at).isBlank()) {
                before = lines.get(at).strip();
            }
            at++;
        }
    }

    private static int end(List<String> lines, int from, String fence) {
        int at = from;
        while (at < lines.size()
                && !(lines.get(at).strip().startsWith(fence)
                        && lines.get(at).strip().chars().allMatch(character -> character == fence.charAt(0)))) {
            at++;
        }
        return at;
    }

    private void block(Block block) {
        if (block.lines().stream().allMatch(String::isBlank)) {
            return;
        }
        String first = block.lines().getFirst();
        if (PATCHES.contains(block.language())
                || first.startsWith("*** Begin Patch")
                || first.startsWith("diff --git ")) {
            found.add(new Proposal(Proposal.Kind.CODE_CHANGE, Risk.WRITE, block.text(), null));
        } else if (SHELLS.contains(block.language())) {
            shell(block);
        } else {
            path(block).ifPresent(path -> file(block, path));
        }
    }

    private void shell(Block block) {
        String commands = commands(block);
        if (commands.isBlank()) {
            return;
        }
        boolean git = commands.lines().filter(line -> !line.isBlank()).allMatch(line -> line.startsWith("git "));
        found.add(
                new Proposal(git ? Proposal.Kind.GIT : Proposal.Kind.SHELL, CommandRisk.of(commands), commands, null));
    }

    /// Where lines have prompts, the others are what the commands print.
    private static String commands(Block block) {
        boolean prompts = block.lines().stream().anyMatch(line -> line.startsWith("$ "));
        if (!prompts) {
            return block.language().equals("console") ? "" : block.text();
        }
        StringBuilder commands = new StringBuilder();
        boolean goesOn = false;
        for (String line : block.lines()) {
            boolean begins = line.startsWith("$ ");
            if (begins || (goesOn && line.startsWith("> "))) {
                commands.append(line.substring(2)).append('\n');
            } else if (goesOn) {
                commands.append(line).append('\n');
            }
            goesOn = (begins || goesOn) && line.endsWith("\\");
        }
        return commands.toString();
    }

    private void file(Block block, String path) {
        String ending = path.substring(path.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        boolean configures = CONFIGURATIONS.contains(block.language()) || CONFIGURATIONS.contains(ending);
        found.add(new Proposal(
                configures ? Proposal.Kind.CONFIGURATION : Proposal.Kind.FILE, Risk.WRITE, block.text(), path));
    }

    /// Behind the fence, in the line before it, or in a comment in its first line.
    private static Optional<String> path(Block block) {
        return first(NAMED.matcher(block.info()), true)
                .or(() -> first(AFTER_COLON.matcher(block.info()), false))
                .or(() -> first(LINE_BEFORE.matcher(block.before()), false))
                .or(() -> first(FIRST_COMMENT.matcher(block.lines().getFirst().strip()), false));
    }

    private static Optional<String> first(Matcher matcher, boolean anywhere) {
        if (!(anywhere ? matcher.find() : matcher.matches())) {
            return Optional.empty();
        }
        @Nullable String path = matcher.group(1);
        for (int group = 2; path == null && group <= matcher.groupCount(); group++) {
            path = matcher.group(group);
        }
        return Optional.ofNullable(path)
                .filter(text -> text.length() <= MOST_PATH_CHARS)
                .flatMap(Proposals::inWorkspace);
    }

    private static Optional<String> inWorkspace(String path) {
        try {
            return Optional.of(WorkspacePath.outsideGit(path).toString());
        } catch (ToolException _) {
            return Optional.empty();
        }
    }
}
