package dev.turnpike.policy;

import dev.turnpike.policy.FencedBlocks.Block;
import dev.turnpike.policy.ShellScript.Simple;
import dev.turnpike.policy.ShellScript.UnreadableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Finds what an answer suggests to do: commands in blocks of a shell, patches, and files under their names. Nothing is
/// done by that.
public final class Proposals {
    private static final Set<String> SHELLS =
            Set.of("bash", "sh", "shell", "zsh", "console", "terminal", "shell-session");
    private static final Set<String> TRANSCRIPTS = Set.of("console", "terminal", "shell-session");
    private static final Set<String> PATCHES = Set.of("diff", "patch");
    private static final Set<String> CONFIGURATIONS =
            Set.of("json", "yaml", "yml", "toml", "ini", "cfg", "conf", "properties", "env", "xml");
    private static final Pattern PATCH = Pattern.compile("(?m)^(diff --git |--- \\S|\\*\\*\\* Begin Patch)");
    private static final Pattern PROMPT = Pattern.compile("^[$%#>] (.*)$");
    private static final String PATH = "[A-Za-z0-9_.@+-]+(?:/[A-Za-z0-9_.@+-]+)*\\.[A-Za-z0-9]{1,12}";
    private static final Pattern NOTED = Pattern.compile("(?:(?:title|file|filename|path)=)?\"?(" + PATH + ")\"?.*");
    private static final Pattern NAMED = Pattern.compile("(?:.*\\s)?[`*_\"]*(" + PATH + ")[`*_\"]*:?[`*_]*");
    private static final int LONGEST = 200_000;

    /// A line that names a file is short.
    private static final int LONGEST_LINE = 200;

    private Proposals() {}

    /// In the order of the answer.
    ///
    /// @param answer in Markdown
    public static List<Proposal> in(String answer) {
        List<Proposal> proposals = new ArrayList<>();
        for (Block block : FencedBlocks.of(answer)) {
            if (!block.content().isBlank() && block.content().length() <= LONGEST) {
                proposals.addAll(of(block));
            }
        }
        return proposals;
    }

    private static List<Proposal> of(Block block) {
        if (SHELLS.contains(block.language())) {
            return shell(block);
        }
        boolean patch = PATCHES.contains(block.language())
                || (block.language().isEmpty() && PATCH.matcher(block.content()).find());
        if (patch) {
            return PATCH.matcher(block.content()).find()
                    ? List.of(new Proposal(
                            Proposal.Kind.CODE_CHANGE,
                            Risk.WRITE,
                            "apply_patch",
                            arguments("patch", block.content()),
                            block.content()))
                    : List.of();
        }
        return path(block).map(path -> List.of(file(path, block))).orElse(List.of());
    }

    private static List<Proposal> shell(Block block) {
        String script = TRANSCRIPTS.contains(block.language())
                        || PROMPT.matcher(first(block.content())).matches()
                ? typed(block.content())
                : block.content().strip();
        if (script.isBlank()) {
            return List.of();
        }
        return git(script)
                .orElseGet(() -> List.of(new Proposal(
                        onlyGit(script) ? Proposal.Kind.GIT : Proposal.Kind.SHELL,
                        CommandRisk.of(script),
                        "execute_bash",
                        arguments("command", script),
                        script)));
    }

    private static String first(String content) {
        return content.lines().findFirst().orElse("");
    }

    /// The lines of a transcript that a person typed.
    private static String typed(String content) {
        return content.lines()
                .map(PROMPT::matcher)
                .filter(Matcher::matches)
                .map(line -> line.group(1))
                .collect(Collectors.joining("\n"));
    }

    /// A script of nothing but what the git tool can do, one call for each command.
    private static Optional<List<Proposal>> git(String script) {
        List<Proposal> proposals = new ArrayList<>();
        for (Simple command : simple(script)) {
            Optional<ObjectNode> operation =
                    command.targets().isEmpty() ? GitWords.read(command.words()) : Optional.empty();
            if (operation.isEmpty()) {
                return Optional.empty();
            }
            proposals.add(new Proposal(
                    Proposal.Kind.GIT,
                    CommandRisk.of(command.text()),
                    "git_operation",
                    operation.get().toString(),
                    command.text()));
        }
        return proposals.isEmpty() ? Optional.empty() : Optional.of(proposals);
    }

    private static boolean onlyGit(String script) {
        List<Simple> commands = simple(script);
        return !commands.isEmpty()
                && commands.stream()
                        .allMatch(command -> command.words().stream()
                                .findFirst()
                                .filter("git"::equals)
                                .isPresent());
    }

    private static List<Simple> simple(String script) {
        try {
            return ShellScript.commands(script);
        } catch (UnreadableException _) {
            return List.of();
        }
    }

    private static Optional<String> path(Block block) {
        if (block.note().length() > LONGEST_LINE || block.before().length() > LONGEST_LINE) {
            return Optional.empty();
        }
        Matcher noted = NOTED.matcher(block.note());
        if (noted.matches()) {
            return Optional.of(noted.group(1));
        }
        Matcher named = NAMED.matcher(block.before());
        boolean introduces = block.before().endsWith(":")
                || block.before().startsWith("`")
                || block.before().startsWith("*")
                || block.before().startsWith("#");
        return introduces && named.matches() ? Optional.of(named.group(1)) : Optional.empty();
    }

    private static Proposal file(String path, Block block) {
        String ending = path.substring(path.lastIndexOf('.') + 1);
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        arguments.put("path", path).put("content", block.content());
        return new Proposal(
                CONFIGURATIONS.contains(ending) ? Proposal.Kind.CONFIGURATION : Proposal.Kind.FILE,
                Risk.WRITE,
                "write_file",
                arguments.toString(),
                block.content());
    }

    private static String arguments(String name, String value) {
        return JsonNodeFactory.instance.objectNode().put(name, value).toString();
    }
}
