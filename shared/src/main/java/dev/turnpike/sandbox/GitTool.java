package dev.turnpike.sandbox;

import dev.turnpike.tool.Describe;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolSchema;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Does what git does with a local repository, which is kept with the conversation's files.
///
/// Some operations only read. The effect is the tool's, though, and the safer one counts: repeating a status is free
/// either way.
record GitTool(SandboxWork work) implements WorkspaceTool<GitTool.Arguments> {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int USUAL_COMMITS = 10;
    private static final int MOST_COMMITS = 200;

    record Arguments(
            @Describe("init, status, diff, add, commit, log, restore, branches or switch (to a branch, made if needed)")
            String operation,

            @Describe("for diff, add and restore: files or folders; all if left out") @Nullable
            List<String> paths,

            @Describe("for diff and restore: what was added for the next commit, instead of the files") @Nullable
            Boolean staged,

            @Describe("for commit") @Nullable String message,

            @Describe("for commit: name <address>") @Nullable
            String author,

            @Describe("for switch") @Nullable String branch,

            @Describe("for log: how many commits, 10 if left out") @Nullable
            Integer count) {}

    @Override
    public String name() {
        return "git_operation";
    }

    @Override
    public String description() {
        return "Works on a git repository in this conversation's files: init, status, diff, add, commit, log, restore,"
                + " branches, switch. There are no remotes, and no hooks run.";
    }

    @Override
    public ToolSchema<Arguments> arguments() {
        return ToolSchema.of(Arguments.class);
    }

    @Override
    public SandboxCommand command(Arguments arguments) throws ToolException {
        boolean staged = Boolean.TRUE.equals(arguments.staged());
        List<String> paths = arguments.paths() == null ? List.of() : arguments.paths();
        return new SandboxCommand.Git(
                switch (arguments.operation().toLowerCase(Locale.ROOT)) {
                    case "init" -> new GitOperation.Init();
                    case "status" -> new GitOperation.Status();
                    case "diff" -> new GitOperation.Diff(staged, paths);
                    case "add" -> new GitOperation.Add(paths);
                    case "commit" -> commit(arguments);
                    case "log" -> new GitOperation.Log(count(arguments));
                    case "restore" -> new GitOperation.Restore(staged, required(paths));
                    case "branches", "branch" -> new GitOperation.Branches();
                    case "switch", "checkout" -> new GitOperation.Switch(required("branch", arguments.branch()));
                    default ->
                        throw new ToolException("operation is one of init, status, diff, add, commit, log, restore,"
                                + " branches, switch");
                });
    }

    private static GitOperation commit(Arguments arguments) throws ToolException {
        String author = arguments.author() == null ? "Agent <agent@localhost>" : arguments.author();
        int address = author.lastIndexOf('<');
        if (address < 1 || !author.endsWith(">")) {
            throw new ToolException("author is written as name <address>");
        }
        return new GitOperation.Commit(
                author.substring(0, address).strip(),
                author.substring(address + 1, author.length() - 1).strip(),
                required("message", arguments.message()));
    }

    private static int count(Arguments arguments) throws ToolException {
        int count = arguments.count() == null ? USUAL_COMMITS : arguments.count();
        if (count < 1 || count > MOST_COMMITS) {
            throw new ToolException("count is a number from 1 to " + MOST_COMMITS);
        }
        return count;
    }

    private static List<String> required(List<String> paths) throws ToolException {
        if (paths.isEmpty()) {
            throw new ToolException("restore needs paths: what it takes back is lost");
        }
        return paths;
    }

    private static String required(String name, @Nullable String value) throws ToolException {
        if (value == null || value.isBlank()) {
            throw new ToolException("this operation needs " + name);
        }
        return value;
    }

    @Override
    public Duration timeout(Arguments arguments) {
        return TIMEOUT;
    }

    @Override
    public String shown(Arguments arguments) {
        try {
            GitOperation operation = ((SandboxCommand.Git) command(arguments)).operation();
            return "git " + String.join(" ", GitWords.of(operation)).replaceAll(" +", " ");
        } catch (ToolException refused) {
            return "git: " + refused.getMessage();
        }
    }
}
