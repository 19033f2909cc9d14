package dev.turnpike.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.fake.MemoryWorkspaceStore;
import dev.turnpike.fake.MemoryWorkspaceStore.Surroundings;
import dev.turnpike.fake.SettableClock;
import dev.turnpike.sandbox.SandboxAnswer.Reason;
import dev.turnpike.sandbox.SandboxAnswer.Skipped;
import dev.turnpike.tool.Compensation;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolOutcome;
import dev.turnpike.tool.ToolRegistry;
import dev.turnpike.tool.ToolSchema;
import dev.turnpike.workspace.Edit;
import dev.turnpike.workspace.Revision;
import dev.turnpike.workspace.Workspace;
import dev.turnpike.workspace.WorkspaceLimits;
import dev.turnpike.workspace.WorkspacePath;
import dev.turnpike.workspace.Workspaces;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxToolsTest {
    private static final ConversationKey CONVERSATION = new ConversationKey("acme", "conv_1");

    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-01T12:00:00Z"));
    private final MemoryWorkspaceStore store = new MemoryWorkspaceStore(clock, Surroundings.ALL);
    private final Workspaces workspaces = new Workspaces(store, WorkspaceLimits.USUAL);
    private final List<SandboxRequest> asked = new ArrayList<>();
    private Function<SandboxRequest, SandboxAnswer> answers = _ -> answer(0, "", List.of(), List.of());

    private final Sandbox sandbox = (request, _) -> {
        asked.add(request);
        return answers.apply(request);
    };
    private final List<Tool<?>> tools = SandboxTools.all(new SandboxWork(sandbox, store, workspaces, clock));
    private final ToolRegistry registry = ToolRegistry.of(tools);

    private static SandboxAnswer answer(int code, String output, List<SandboxFile> written, List<String> deleted) {
        return new SandboxAnswer(
                new SandboxAnswer.Exited(code), output, Duration.ofMillis(5), written, deleted, List.of());
    }

    private ToolContext call(String key) {
        return new ToolContext(
                "acme", "", "conv_1", "run_1", key, clock.instant().plusSeconds(60));
    }

    private String run(String tool, String arguments, String key) {
        return switch (registry.run(tool, arguments, call(key))) {
            case ToolOutcome.Done(String output) -> output;
            case ToolOutcome.Failed failed -> "FAILED " + failed.text();
        };
    }

    private void write(String path, String text) throws ToolException {
        Edit edit = Edit.write(WorkspacePath.of(path), text.getBytes(UTF_8), false);
        workspaces.apply(
                workspaces.load(CONVERSATION), new Revision.Cause(null, "by hand " + path + text), List.of(edit));
    }

    private static SandboxFile file(String path, String text) {
        return new SandboxFile(path, text.getBytes(UTF_8), true);
    }

    @Test
    void aCommandGetsTheFilesAndWhatItChangesIsARevision() throws ToolException {
        write("a.txt", "1");
        write("b.txt", "2");
        answers = _ -> answer(3, "listing\n", List.of(file("a.txt", "new"), file("dir/c", "3")), List.of("b.txt"));

        String output = run("execute_bash", "{\"command\": \"ls\", \"timeout_seconds\": 7}", "key-1");

        assertThat(asked).singleElement().satisfies(request -> {
            assertThat(request.command()).isEqualTo(new SandboxCommand.Shell("ls"));
            assertThat(request.timeout()).isEqualTo(Duration.ofSeconds(7));
            assertThat(request.files()).extracting(SandboxFile::path).containsExactly("a.txt", "b.txt");
        });
        assertThat(output)
                .isEqualTo("Exit code 3.\nlisting\n[Revision 3 of the files: wrote a.txt, dir/c; deleted b.txt.]");
        Workspace now = workspaces.load(CONVERSATION);
        assertThat(now.files().keySet()).extracting(WorkspacePath::toString).containsExactly("a.txt", "dir/c");
    }

    @Test
    void aRepeatedCallRunsNothingAndSaysWhatTheFirstOneDid() {
        answers = _ -> answer(0, "done", List.of(file("a", "1")), List.of());
        run("execute_bash", "{\"command\": \"date > a\"}", "key-1");

        String again = run("execute_bash", "{\"command\": \"date > a\"}", "key-1");

        assertThat(asked).hasSize(1);
        assertThat(again).contains("earlier attempt", "revision 1: a.");
        assertThat(workspaces.load(CONVERSATION).revision()).isEqualTo(1);
    }

    @Test
    void aCallThatChangesNothingMakesNoRevision() {
        answers = _ -> answer(0, "hi\n", List.of(), List.of());

        assertThat(run("run_code", "{\"language\": \"python\", \"code\": \"print('hi')\"}", "key-1"))
                .isEqualTo("Exit code 0.\nhi");
        assertThat(workspaces.load(CONVERSATION).revision()).isZero();
        assertThat(asked.getFirst().command())
                .isEqualTo(new SandboxCommand.Code(SandboxCommand.Language.PYTHON, "print('hi')"));
    }

    @Test
    void whatChangedMeanwhileIsNotOverwrittenAndTheOutputIsToldAllTheSame() throws ToolException {
        write("a", "1");
        answers = _ -> {
            try {
                write("a", "by somebody else");
            } catch (ToolException e) {
                throw new AssertionError(e);
            }
            return answer(0, "printed", List.of(file("a", "by the command")), List.of());
        };

        assertThat(run("execute_bash", "{\"command\": \"x\"}", "key-1"))
                .startsWith("FAILED")
                .contains("not kept", "changed meanwhile", "printed");
        assertThat(workspaces.load(CONVERSATION).revision()).isEqualTo(2);
    }

    @Test
    void whatCanNotBeKeptIsNamed() {
        answers = _ -> new SandboxAnswer(
                new SandboxAnswer.TimedOut(),
                "",
                Duration.ofMillis(1_500),
                List.of(file("bad\u202ename", "1"), file("good", "2")),
                List.of(),
                List.of(new Skipped("link", Reason.LINK)));

        assertThat(run("execute_bash", "{\"command\": \"x\"}", "key-1"))
                .startsWith("Ended after 1.5 seconds")
                .contains("[Not kept: \"bad", "[Revision 1 of the files", "[Not kept: link, a symbolic link.]");
    }

    @Test
    void whatACallHasDoneCanBeUndone() {
        answers = _ -> answer(0, "", List.of(file("a", "1")), List.of());
        run("execute_bash", "{\"command\": \"x\"}", "key-1");
        Tool<?> bash = tools.getFirst();

        assertThat(undoing(bash, "key-1")).contains(new Compensation("undo_workspace_change", "{\"revision\":1}"));
        assertThat(undoing(bash, "key-2")).isEmpty();
    }

    private <A> Optional<Compensation> undoing(Tool<A> tool, String key) {
        try {
            A arguments = tool.arguments().read("{\"command\": \"x\"}");
            return tool.compensation(arguments, "", call(key));
        } catch (ToolException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aDryRunShowsTheCommandAndTheFilesAndRunsNothing() throws ToolException {
        write("a.txt", "123");

        String preview = previewed(tools.getFirst(), "{\"command\": \"rm -rf .\"}");

        assertThat(preview).contains("rm -rf .", "a.txt (3 bytes together)", "revision 1");
        assertThat(asked).isEmpty();
    }

    private <A> String previewed(Tool<A> tool, String arguments) throws ToolException {
        return tool.preview(tool.arguments().read(arguments), call("key-1"));
    }

    @Test
    void anApprovalHoldsUntilSomebodyElseChangesTheFiles() throws ToolException {
        Tool<?> bash = tools.getFirst();
        String bound = bash.boundTo(call("key-1"));
        answers = _ -> answer(0, "", List.of(file("a", "1")), List.of());
        run("execute_bash", "{\"command\": \"x\"}", "key-1");

        assertThat(bash.stillBound(bound, call("key-2"))).isTrue();
        write("b", "2");
        assertThat(bash.stillBound(bound, call("key-2"))).isFalse();
    }

    @Test
    void aCallWithoutTimeIsNotStarted() {
        clock.advance(Duration.ofSeconds(1));
        ToolContext late = new ToolContext(
                "acme", "", "conv_1", "run_1", "k", clock.instant().plusSeconds(5));

        assertThat(registry.run("execute_bash", "{\"command\": \"x\"}", late))
                .isInstanceOfSatisfying(
                        ToolOutcome.Failed.class,
                        failed -> assertThat(failed.text()).contains("too little time"));
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"operation\": \"status\"} | status",
                "{\"operation\": \"diff\", \"staged\": true, \"paths\": [\"a\"]} | diff --staged a",
                "{\"operation\": \"commit\", \"message\": \"Why\"} | commit Agent agent@localhost Why",
                "{\"operation\": \"commit\", \"message\": \"W\", \"author\": \"Ada L <a@b.c>\"} | commit Ada L a@b.c W",
                "{\"operation\": \"log\"} | log 10",
                "{\"operation\": \"switch\", \"branch\": \"topic\"} | switch topic"
            })
    void gitOperationsAreWhatTheySay(String arguments, String words) {
        run("git_operation", arguments, "key-1");

        assertThat(asked.getFirst().command())
                .isInstanceOfSatisfying(
                        SandboxCommand.Git.class,
                        git -> assertThat(String.join(" ", GitWords.of(git.operation())))
                                .isEqualTo(words));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"operation\": \"push\"}",
                "{\"operation\": \"commit\"}",
                "{\"operation\": \"commit\", \"message\": \"m\", \"author\": \"nobody\"}",
                "{\"operation\": \"restore\"}",
                "{\"operation\": \"switch\"}",
                "{\"operation\": \"log\", \"count\": 0}",
                "{}"
            })
    void gitOperationsThatCanNotBeDoneAreRefusedBeforeAnythingRuns(String arguments) {
        assertThat(run("git_operation", arguments, "key-1")).startsWith("FAILED");
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(classes = {ExecuteBash.Arguments.class, GitTool.Arguments.class, RunCode.Arguments.class})
    void theSchemaThatAToolBringsIsTheGeneratedOne(Class<? extends Record> arguments) {
        String name = arguments.getName();
        String file = name.substring(name.lastIndexOf('.') + 1) + ".schema.json";

        assertThat(ToolSchema.of(arguments).json())
                .as("%s must hold what ToolSchema.generate gives", file)
                .isEqualTo(ToolSchema.generate(arguments));
        assertThat(arguments.getResource(file))
                .as(file + "\n" + ToolSchema.generate(arguments))
                .isNotNull();
    }
}
