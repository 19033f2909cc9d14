package dev.turnpike.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.sandbox.SandboxAnswer.Exited;
import dev.turnpike.sandbox.SandboxAnswer.Killed;
import dev.turnpike.sandbox.SandboxAnswer.Reason;
import dev.turnpike.sandbox.SandboxAnswer.Skipped;
import dev.turnpike.sandbox.SandboxAnswer.TimedOut;
import dev.turnpike.sandbox.SandboxCommand.Language;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Commands on this machine's own Linux, without the walls that a function or the local stack adds.
@EnabledOnOs(OS.LINUX)
class BoxTest {
    private static final Limits LIMITS = Limits.withMemory(1_024);

    @TempDir
    Path root;

    private Box box;

    @BeforeEach
    void make() throws IOException {
        box = new Box(root, true);
    }

    private SandboxAnswer run(SandboxCommand command, SandboxFile... files) throws IOException {
        SandboxAnswer answer =
                box.run(new SandboxRequest(command, List.of(files), Duration.ofSeconds(60), 2_000), LIMITS);
        try (Stream<Path> left = Files.list(root)) {
            assertThat(left).isEmpty();
        }
        return answer;
    }

    private SandboxAnswer bash(String script, SandboxFile... files) throws IOException {
        return run(new SandboxCommand.Shell(script), files);
    }

    private static SandboxFile file(String path, String text) {
        return new SandboxFile(path, text.getBytes(UTF_8), false);
    }

    @Test
    void aCommandFindsItsFilesAndWhatItChangesComesBack() throws IOException {
        SandboxAnswer answer = bash(
                "cat a/b.txt; echo more >> a/b.txt; rm gone; chmod +x same; mkdir -p n/m; echo new > n/m/é; exit 3",
                file("a/b.txt", "text\n"),
                file("gone", "x"),
                file("same", "y"),
                file("untouched", "z"));

        assertThat(answer.ending()).isEqualTo(new Exited(3));
        assertThat(answer.output()).isEqualTo("text\n");
        assertThat(answer.deleted()).containsExactly("gone");
        assertThat(answer.skipped()).isEmpty();
        assertThat(answer.written())
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactly(
                        file("a/b.txt", "text\nmore\n"),
                        file("n/m/é", "new\n"),
                        new SandboxFile("same", "y".getBytes(UTF_8), true));
    }

    @Test
    void itsEnvironmentHoldsFourNamesAndNothingOfOurs() throws IOException {
        SandboxAnswer answer = bash("env | cut -d= -f1 | sort | tr '\\n' ' '; echo; echo $HOME; pwd; ls -A ~ $TMPDIR");

        assertThat(answer.output().lines().findFirst()).hasValue("HOME LANG PATH PWD SHLVL TMPDIR _ ");
        assertThat(answer.output()).contains("/home\n", "/work\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a", "/etc/x", "a/../../b", "a//b", "a/./b", "", "a/", "nul\0"})
    void aPathThatLeadsOutIsRefusedBeforeAnythingRuns(String path) {
        assertThatThrownBy(() -> bash("true", file(path, ""))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void linksAndSpecialFilesStayBehindAndAreNamed() throws IOException {
        SandboxAnswer answer = bash("ln -s /etc/passwd link; mkfifo pipe; rm a; ln -s /etc/passwd a", file("a", "1"));

        assertThat(answer.written()).isEmpty();
        assertThat(answer.deleted()).containsExactly("a");
        assertThat(answer.skipped())
                .containsExactlyInAnyOrder(
                        new Skipped("link", Reason.LINK),
                        new Skipped("pipe", Reason.SPECIAL),
                        new Skipped("a", Reason.LINK));
    }

    @Test
    void foldersThatMayNotBeEnteredAndTreesWithoutEndAreTakenAway() throws IOException {
        SandboxAnswer answer = bash("""
            mkdir shut && echo 1 > shut/file && chmod 000 shut
            d=$(printf 'd%.0s' {1..200}); for i in $(seq 40); do mkdir $d && cd $d || exit 1; done
            echo deep > file\
            """);

        assertThat(answer.ending()).isEqualTo(new Exited(0));
        assertThat(answer.written()).extracting(SandboxFile::path).containsExactly("shut/file");
        assertThat(answer.skipped()).extracting(Skipped::reason).containsExactly(Reason.NAME);
    }

    @Test
    void longOutputKeepsItsBeginningAndItsEnd() throws IOException {
        SandboxAnswer answer = bash("echo first; head -c 50000000 /dev/zero | tr '\\0' x; echo; echo last >&2");

        assertThat(answer.output())
                .startsWith("first\nxxx")
                .containsPattern("\n\\[49,9\\d\\d,\\d\\d\\d bytes of output are left out here\\]\n")
                .endsWith("xxx\nlast\n")
                .hasSizeLessThan(2_100);
    }

    @Test
    void whatItStartsEndsWithItHoweverItWasDetached() throws IOException {
        SandboxAnswer answer = bash("""
            nohup sleep 1000 >/dev/null 2>&1 &
            setsid sleep 1001 &
            (setsid bash -c 'sleep 1002 & sleep 1003' &) &
            echo started\
            """);

        assertThat(answer.ending()).isEqualTo(new Exited(0));
        assertThat(answer.output()).isEqualTo("started\n");
        assertThat(answer.took()).isLessThan(Duration.ofSeconds(10));
        assertThat(ProcessHandle.current().descendants()).isEmpty();
    }

    @Test
    void aCommandThatHangsIsEndedAtItsTime() throws IOException {
        SandboxAnswer answer = box.run(
                new SandboxRequest(
                        new SandboxCommand.Shell("echo waiting; trap '' TERM INT HUP; sleep 1000 & wait; sleep 1000"),
                        List.of(),
                        Duration.ofMillis(300),
                        100),
                LIMITS);

        assertThat(answer.ending()).isEqualTo(new TimedOut());
        assertThat(answer.output()).isEqualTo("waiting\n");
        assertThat(answer.took()).isBetween(Duration.ofMillis(300), Duration.ofSeconds(5));
        assertThat(ProcessHandle.current().descendants()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cat /proc/$PPID/environ",
                "cat /proc/$PPID/mem",
                "cat /proc/$PPID/maps",
                "cat /proc/$PPID/fd/0",
                "ls -l /proc/$PPID/fd/0",
                "kill -9 $PPID",
                "kill -QUIT $PPID",
                "kill -9 -1",
                "prlimit --pid $PPID --nofile=1",
                "renice -n 19 -p $PPID",
                "echo > /dev/tcp/127.0.0.1/9001",
                "unshare --user true",
                "ipcmk -M 100",
                "mount -t tmpfs none /tmp"
            })
    void thisProcessAndTheNetworkAreClosedToIt(String attempt) throws IOException {
        SandboxAnswer answer = bash(attempt + " && echo DONE");

        assertThat(answer.ending()).isNotEqualTo(new Exited(0));
        assertThat(answer.output())
                .doesNotContain("DONE")
                .containsPattern("(?i)(not permitted|permission denied|failed|cannot)");
    }

    @Test
    void moreMemoryThanACommandMayTakeEndsIt() throws IOException {
        var small = new Limits(Duration.ofSeconds(60), 1_000, 64L << 20, 64L << 20, 350);
        var greedy =
                new SandboxCommand.Code(Language.PYTHON, "x = bytearray(200_000_000)\nimport time; time.sleep(60)");

        SandboxAnswer answer = box.run(new SandboxRequest(greedy, List.of(), Duration.ofSeconds(60), 1_000), small);

        assertThat(answer.ending()).isEqualTo(new Killed("it took more than 64 MB of memory"));
    }

    @Test
    void pythonRunsWhereItIsThere() throws IOException {
        SandboxAnswer answer = run(
                new SandboxCommand.Code(Language.PYTHON, "print(open('in').read() * 2)\nraise SystemExit(4)"),
                file("in", "ab"));

        assertThat(answer.ending()).isEqualTo(new Exited(4));
        assertThat(answer.output()).isEqualTo("abab\n");
    }

    @Test
    void javaSnippetsPrintWhatTheyAreWorth() throws IOException {
        SandboxAnswer answer = run(new SandboxCommand.Code(Language.JAVA, """
            int twice(int n) { return 2 * n; }
            var numbers = List.of(1, 2, 3);
            numbers.stream().mapToInt(n -> twice(n)).sum()
            Files.writeString(Path.of("out"), "é");
            System.out.println("printed");\
            """));

        assertThat(answer.output()).startsWith("12\n").contains("printed\n");
        assertThat(answer.ending()).isEqualTo(new Exited(0));
        assertThat(answer.written())
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactly(file("out", "é"));
    }

    @Test
    void aJavaProgramsMainRuns() throws IOException {
        String source = "public class Hello { public static void main(String[] a) { System.out.println(\"hello\"); } }";

        assertThat(run(new SandboxCommand.Code(Language.JAVA, source)).output()).isEqualTo("hello\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"int x = ;", "int x = 1 / 0;", "undeclared()", "\"open"})
    void wrongJavaFailsAndSaysWhy(String source) throws IOException {
        SandboxAnswer answer = run(new SandboxCommand.Code(Language.JAVA, source));

        assertThat(answer.ending()).isEqualTo(new Exited(1));
        assertThat(answer.output()).isNotBlank();
    }
}
