package dev.turnpike.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.sandbox.SandboxAnswer.Exited;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Operations one after another, as a conversation's workspace would keep the files between them.
@EnabledOnOs(OS.LINUX)
class GitProgramTest {
    private static final GitOperation.Commit COMMIT =
            new GitOperation.Commit("Ada", "ada@example.com", "First\n\nWith a reason.");

    @TempDir
    Path root;

    private Box box;
    private final Map<String, SandboxFile> workspace = new TreeMap<>();

    @BeforeEach
    void make() throws IOException {
        box = new Box(root, true);
    }

    private SandboxAnswer git(GitOperation operation) throws IOException {
        return run(new SandboxCommand.Git(operation));
    }

    private String good(GitOperation operation) throws IOException {
        SandboxAnswer answer = git(operation);
        assertThat(answer.ending()).as(answer.output()).isEqualTo(new Exited(0));
        return answer.output();
    }

    private SandboxAnswer run(SandboxCommand command) throws IOException {
        List<SandboxFile> files = List.copyOf(workspace.values());
        SandboxAnswer answer =
                box.run(new SandboxRequest(command, files, Duration.ofSeconds(60), 10_000), Limits.withMemory(1_024));
        answer.deleted().forEach(workspace::remove);
        answer.written().forEach(file -> workspace.put(file.path(), file));
        return answer;
    }

    private void write(String path, String text) {
        workspace.put(path, new SandboxFile(path, text.getBytes(UTF_8), false));
    }

    @Test
    void aRepositoryLivesInTheWorkspacesFiles() throws IOException {
        write("a.txt", "one\n");
        assertThat(git(new GitOperation.Status()).output()).contains("init");

        good(new GitOperation.Init());
        assertThat(good(new GitOperation.Log(5))).isEqualTo("No commits yet.\n");
        assertThat(good(new GitOperation.Status())).contains("Not known to git:\n  a.txt");
        good(new GitOperation.Add(List.of()));
        assertThat(good(new GitOperation.Diff(true, List.of()))).contains("+one");
        assertThat(good(COMMIT)).contains("First");

        write("a.txt", "two\n");
        assertThat(good(new GitOperation.Diff(false, List.of()))).contains("-one\n+two");
        good(new GitOperation.Restore(false, List.of("a.txt")));
        assertThat(workspace.get("a.txt"))
                .isNotNull()
                .satisfies(file -> assertThat(file.content()).isEqualTo("one\n".getBytes(UTF_8)));
        assertThat(good(new GitOperation.Log(5))).contains("Author: Ada <ada@example.com>", "    With a reason.");
    }

    @Test
    void branchesBeginHereAndDeletedFilesAreCommitted() throws IOException {
        write("a", "1");
        write("b", "2");
        good(new GitOperation.Init());
        good(new GitOperation.Add(List.of("a", "b")));
        good(COMMIT);
        String trunk = good(new GitOperation.Branches()).strip();

        good(new GitOperation.Switch("topic"));
        workspace.remove("b");
        good(new GitOperation.Add(List.of()));
        good(new GitOperation.Commit("Ada", "ada@example.com", "Second"));
        good(new GitOperation.Switch(trunk.replace("* ", "")));

        assertThat(workspace).containsKeys("a", "b");
        good(new GitOperation.Switch("topic"));
        assertThat(workspace).doesNotContainKey("b");
        assertThat(git(COMMIT).output()).startsWith("Nothing to commit");
        assertThat(git(new GitOperation.Switch("no such name?")).ending()).isEqualTo(new Exited(1));
    }

    @Test
    void noHookFilterOrSettingOfTheRepositoryRunsAProgram() throws IOException {
        write("a", "1");
        good(new GitOperation.Init());
        write(".git/config", """
            [core]
              repositoryformatversion = 0
              filemode = true
              hooksPath = hooks
              fsmonitor = "echo RAN > ran"
            [filter "evil"]
              clean = "echo RAN > ran"
              smudge = "echo RAN > ran"
            [diff "evil"]
              command = "echo RAN > ran"
              textconv = "echo RAN > ran"
            [gpg]
              program = "echo RAN > ran"
            [commit]
              gpgsign = true
            """);
        write(".gitattributes", "* filter=evil diff=evil\n");
        for (String hook : List.of("pre-commit", "post-commit", "commit-msg", "post-checkout")) {
            byte[] script = "#!/bin/sh\necho RAN > ran\n".getBytes(UTF_8);
            workspace.put(".git/hooks/" + hook, new SandboxFile(".git/hooks/" + hook, script, true));
            workspace.put("hooks/" + hook, new SandboxFile("hooks/" + hook, script, true));
        }

        good(new GitOperation.Add(List.of()));
        good(COMMIT);
        write("a", "2");
        good(new GitOperation.Diff(false, List.of()));
        good(new GitOperation.Restore(false, List.of("a")));
        good(new GitOperation.Switch("topic"));

        assertThat(workspace).doesNotContainKey("ran");
    }

    /// What one writes the other reads.
    @Test
    void theGitProgramAgreesWhereThereIsOne() throws IOException {
        write("a", "1");
        good(new GitOperation.Init());
        good(new GitOperation.Add(List.of()));
        good(COMMIT);

        SandboxAnswer answer = run(new SandboxCommand.Shell("command -v git >/dev/null || { echo none; exit 0; };"
                + " git fsck --strict && git status --porcelain && git log --format=%an:%s && echo 2 > a"
                + " && git -c user.name=Bob -c user.email=b@example.com commit -qam Second"));

        if (!answer.output().equals("none\n")) {
            assertThat(answer.ending()).as(answer.output()).isEqualTo(new Exited(0));
            assertThat(answer.output()).contains("Ada:First").doesNotContain("??", " M ");
            assertThat(good(new GitOperation.Log(5))).contains("Second", "First");
        }
    }
}
