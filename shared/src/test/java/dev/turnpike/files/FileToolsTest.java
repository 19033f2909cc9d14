package dev.turnpike.files;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.fake.MemoryWorkspaceStore;
import dev.turnpike.fake.MemoryWorkspaceStore.Surroundings;
import dev.turnpike.fake.SettableClock;
import dev.turnpike.tool.Compensation;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.tool.ToolOutcome;
import dev.turnpike.tool.ToolRegistry;
import dev.turnpike.workspace.Applied;
import dev.turnpike.workspace.Edit;
import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.Revision.Cause;
import dev.turnpike.workspace.WorkspaceLimits;
import dev.turnpike.workspace.WorkspacePath;
import dev.turnpike.workspace.Workspaces;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

class FileToolsTest {
    private static final ConversationKey KEY = new ConversationKey("tenant-1", "01j00000000000000000000000");
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-01T12:00:00Z"));
    private final MemoryWorkspaceStore store = new MemoryWorkspaceStore(clock, Surroundings.ALL);
    private final Workspaces workspaces = new Workspaces(store, WorkspaceLimits.USUAL);
    private final List<Tool<?>> all = WorkspaceTools.all(workspaces);
    private final ToolRegistry tools = ToolRegistry.of(all);
    private int calls;

    private static ToolContext call(String key) {
        return new ToolContext(KEY.tenant(), "ada", KEY.id(), "run-1", key, Instant.MAX);
    }

    private ToolOutcome run(String tool, Map<String, Object> arguments) {
        return tools.run(tool, MAPPER.writeValueAsString(arguments), call("call-" + calls++));
    }

    private String done(String tool, Map<String, Object> arguments) {
        ToolOutcome outcome = run(tool, arguments);
        assertThat(outcome).isInstanceOf(ToolOutcome.Done.class);
        return outcome.text();
    }

    private String failed(String tool, Map<String, Object> arguments) {
        ToolOutcome outcome = run(tool, arguments);
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        ToolOutcome.Failed.class,
                        failure -> assertThat(failure.reason()).isEqualTo(ToolOutcome.Reason.REFUSED));
        return outcome.text();
    }

    private void given(String path, byte[] bytes, boolean executable) {
        try {
            Edit edit = Edit.write(WorkspacePath.of(path), bytes, executable);
            assertThat(workspaces.apply(workspaces.load(KEY), new Cause(null, "given-" + calls++), List.of(edit)))
                    .isInstanceOf(Applied.Done.class);
        } catch (ToolException e) {
            throw new AssertionError(e);
        }
    }

    private void given(String path, String text) {
        given(path, text.getBytes(UTF_8), false);
    }

    private Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        workspaces.load(KEY).files().forEach((path, file) -> {
            try {
                texts.put(
                        path.toString(),
                        new String(workspaces.content(KEY, file).bytes(), UTF_8));
            } catch (ToolException e) {
                throw new AssertionError(e);
            }
        });
        return texts;
    }

    @SuppressWarnings("unchecked")
    private <A> Tool<A> tool(String name) {
        return (Tool<A>) tools.find(name).orElseThrow();
    }

    @Test
    void whatWasWrittenCanBeRead() {
        assertThat(done("write_file", Map.of("path", "./src/a.txt", "content", "grüß\ndich\n")))
                .isEqualTo("Revision 1.\nsrc/a.txt: 12 bytes");
        assertThat(done("read_file", Map.of("path", "src/a.txt"))).isEqualTo("grüß\ndich\n");
        assertThat(done("list_files", Map.of())).isEqualTo("src/a.txt  12\n");
    }

    @Test
    void otherEncodingsAreWrittenAndRead() {
        done("write_file", Map.of("path", "l", "content", "grüß", "encoding", "latin-1"));
        done("write_file", Map.of("path", "u", "content", "grüß", "encoding", "UTF-16"));
        byte[] bytes = {0, 1, 2, (byte) 200};
        done(
                "write_file",
                Map.of("path", "b", "content", Base64.getEncoder().encodeToString(bytes), "encoding", "base64"));

        assertThat(done("read_file", Map.of("path", "l", "encoding", "latin-1")))
                .isEqualTo("grüß");
        assertThat(done("read_file", Map.of("path", "u", "encoding", "utf-16"))).isEqualTo("grüß");
        assertThat(done("read_file", Map.of("path", "b", "encoding", "base64"))).isEqualTo("AAECyA==");
        assertThat(failed("read_file", Map.of("path", "b"))).contains("binary file of 4 bytes", "base64");
        assertThat(failed("read_file", Map.of("path", "l"))).contains("binary");
        assertThat(failed("read_file", Map.of("path", "l", "encoding", "ebcdic")))
                .contains("utf-8", "latin-1");
        assertThat(failed("write_file", Map.of("path", "l", "content", "日", "encoding", "latin-1")))
                .contains("latin-1");
        assertThat(texts()).containsEntry("l", new String("grüß".getBytes(ISO_8859_1), UTF_8));
    }

    @Test
    void partsOfAFileCanBeRead() {
        given("f", "one\ntwo\nthree\nfour");

        assertThat(done("read_file", Map.of("path", "f", "first_line", 2, "last_line", 3)))
                .isEqualTo("two\nthree\n\n[Lines 2 to 3 of 4.]");
        assertThat(done("read_file", Map.of("path", "f", "first_line", 4))).isEqualTo("four\n[Lines 4 to 4 of 4.]");
        assertThat(done("read_file", Map.of("path", "f", "first_byte", 4, "bytes", 3)))
                .isEqualTo("two\n[Bytes 4 to 6 of 18. Go on with first_byte 7.]");
        assertThat(failed("read_file", Map.of("path", "f", "first_line", 5))).contains("only 4 lines");
        assertThat(failed("read_file", Map.of("path", "f", "first_line", 0))).contains("at least 1");
        assertThat(failed("read_file", Map.of("path", "f", "first_byte", 19))).contains("only 18 bytes");
        given("empty", "");
        assertThat(done("read_file", Map.of("path", "empty"))).isEmpty();
    }

    @Test
    void aLongFileIsCutWithANoticeOfHowToGoOn() {
        given("long", "0123456789\n".repeat(20_000));
        given("wide", "x".repeat(100_000));

        String first = done("read_file", Map.of("path", "long"));
        assertThat(first).hasSizeLessThan(61_000).endsWith("of 20000. Go on with first_line 5455.]");
        assertThat(done("read_file", Map.of("path", "long", "first_line", 5455)))
                .startsWith("0123456789\n");
        assertThat(done("read_file", Map.of("path", "wide")))
                .hasSizeLessThan(61_000)
                .contains("first_byte");
        assertThat(done("read_file", Map.of("path", "wide", "first_byte", 90_000)))
                .startsWith("x".repeat(10_000) + "\n[Bytes 90000 to 99999 of 100000.]");
    }

    @Test
    void aMissingFileIsToldWithWhatIsAlike() {
        assertThat(failed("read_file", Map.of("path", "a.py"))).contains("the workspace is empty");
        given("src/A.py", "1");

        assertThat(failed("read_file", Map.of("path", "a.py"))).contains("there is src/A.py");
        assertThat(failed("read_file", Map.of("path", "src"))).contains("is a folder");
        assertThat(failed("read_file", Map.of("path", "b.py"))).contains("list_files");
    }

    @Test
    void contentIsAddedToTheEndAndTheModeIsKept() {
        given("run.sh", "one\n".getBytes(UTF_8), true);

        done("write_file", Map.of("path", "run.sh", "content", "two\n", "append", true));
        done("write_file", Map.of("path", "new", "content", "two\n", "append", true));

        assertThat(texts()).isEqualTo(Map.of("run.sh", "one\ntwo\n", "new", "two\n"));
        assertThat(workspaces.load(KEY).files().values())
                .extracting(FileEntry::executable)
                .containsExactly(false, true);
    }

    @Test
    void filesAreListedByPatternAndFolder() {
        List.of("a.py", "src/b.py", "src/deep/c.py", "src/d.txt", "doc/e.md", ".git/config")
                .forEach(path -> given(path, "x"));

        assertThat(done("list_files", Map.of("pattern", "*.py")).lines())
                .containsExactly("a.py  1", "src/b.py  1", "src/deep/c.py  1");
        assertThat(done("list_files", Map.of("pattern", "src/*")).lines())
                .containsExactly("src/b.py  1", "src/d.txt  1");
        assertThat(done("list_files", Map.of("pattern", "src/**/*.py")).lines())
                .containsExactly("src/b.py  1", "src/deep/c.py  1");
        assertThat(done("list_files", Map.of("pattern", "**/*.{md,txt}")).lines())
                .containsExactly("doc/e.md  1", "src/d.txt  1");
        assertThat(done("list_files", Map.of("under", "src/", "pattern", "?.py"))
                        .lines())
                .containsExactly("src/b.py  1", "src/deep/c.py  1");
        assertThat(done("list_files", Map.of()).lines()).hasSize(5);
        assertThat(done("list_files", Map.of("pattern", "*.rs"))).isEqualTo("No file matches.");
        assertThat(failed("list_files", Map.of("pattern", "{a"))).contains("{");
    }

    @Test
    void linesAreFoundWithTheirPlace() {
        given("a.txt", "one\ntwo\nthree\nfour\nfive\n");
        given("b.md", "Two\n");
        given("c.bin", new byte[] {'t', 'w', 'o', 0}, false);

        assertThat(done("search_files", Map.of("pattern", "t(w|h)"))).isEqualTo("a.txt:2: two\na.txt:3: three\n");
        assertThat(done("search_files", Map.of("pattern", "two", "ignore_case", true, "glob", "*.md")))
                .isEqualTo("b.md:1: Two\n");
        assertThat(done("search_files", Map.of("pattern", "^(one|four)$", "context", 1)))
                .isEqualTo("a.txt:1: one\na.txt-2- two\na.txt-3- three\na.txt:4: four\na.txt-5- five\n");
        assertThat(done("search_files", Map.of("pattern", "six"))).isEqualTo("No line matches in 3 files.");
        assertThat(failed("search_files", Map.of("pattern", "("))).contains("no regular expression");
    }

    @Test
    void patternsThatTakeForEverAreGivenUp() {
        given("a.txt", "a".repeat(60) + "b\n");
        given("long.txt", "ab".repeat(100_000));
        given("a".repeat(200), "x");

        assertThat(failed("search_files", Map.of("pattern", "^(.*a){20}c$", "glob", "a.txt")))
                .contains("takes too long");
        assertThat(run("search_files", Map.of("pattern", "^(a|b)*$", "glob", "long.txt")))
                .isNotNull();
        assertThat(failed("list_files", Map.of("pattern", "*a".repeat(15) + "c")))
                .contains("takes too long");
    }

    @Test
    void aPatchChangesAllItsFilesOrNone() {
        given("a.txt", "one\r\ntwo\r\n");
        given("old.sh", "echo\n".getBytes(UTF_8), true);
        String good = """
            --- a/a.txt
            +++ b/a.txt
            @@ -1,2 +1,2 @@
             one
            -two
            +three
            diff --git a/old.sh b/bin/new.sh
            rename from old.sh
            rename to bin/new.sh
            """;

        assertThat(failed("apply_patch", Map.of("patch", good + "--- a/b.txt\n+++ b/b.txt\n@@ -1 +1 @@\n-x\n+y\n")))
                .contains("no file b.txt");
        assertThat(texts()).isEqualTo(Map.of("a.txt", "one\r\ntwo\r\n", "old.sh", "echo\n"));
        assertThat(done("apply_patch", Map.of("patch", good)))
                .isEqualTo("Revision 3.\na.txt: 12 bytes\nold.sh: deleted\nbin/new.sh: 5 bytes");
        assertThat(texts()).isEqualTo(Map.of("a.txt", "one\r\nthree\r\n", "bin/new.sh", "echo\n"));
        assertThat(workspaces.load(KEY).files().values())
                .extracting(FileEntry::executable)
                .containsExactly(false, true);
    }

    @Test
    void anEnvelopeIsAPatchToo() {
        given("a.txt", "one\ntwo\n");

        done("apply_patch", Map.of("patch", """
            *** Begin Patch
            *** Update File: a.txt
            @@
             one
            -two
            +2
            *** Add File: b/c
            +new
            *** End Patch
            """));

        assertThat(texts()).isEqualTo(Map.of("a.txt", "one\n2\n", "b/c", "new\n"));
        assertThat(failed("apply_patch", Map.of("patch", "*** Begin Patch\n*** Add File: b/c\n+x\n*** End Patch")))
                .contains("b/c is there already");
        done("apply_patch", Map.of("patch", "*** Begin Patch\n*** Delete File: b/c\n*** End Patch"));
        assertThat(texts()).containsOnlyKeys("a.txt");
    }

    @Test
    void aDryRunTellsTheDiffAndChangesNothing() throws ToolException {
        given("a.txt", "one\n");
        Tool<WriteFile.Arguments> write = tool("write_file");
        Tool<ApplyPatch.Arguments> patch = tool("apply_patch");

        assertThat(write.preview(new WriteFile.Arguments("a.txt", "two\n", null, null), call("any")))
                .isEqualTo("--- a/a.txt\n+++ b/a.txt\n@@ -1,1 +1,1 @@\n-one\n+two\n");
        assertThat(write.preview(new WriteFile.Arguments("a.txt", "one\n", null, null), call("any")))
                .isEqualTo("Nothing would change.");
        assertThat(patch.preview(
                        new ApplyPatch.Arguments("*** Begin Patch\n*** Delete File: a.txt\n*** End Patch"),
                        call("any")))
                .isEqualTo("--- a/a.txt\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-one\n");
        assertThat(texts()).isEqualTo(Map.of("a.txt", "one\n"));
        assertThat(workspaces.load(KEY).revision()).isEqualTo(1);
    }

    @Test
    void aCallThatIsAttemptedAgainChangesNothingMore() {
        given("a", "1");
        String arguments = MAPPER.writeValueAsString(Map.of("path", "a", "content", "2", "append", true));

        ToolOutcome first = tools.run("write_file", arguments, call("same"));
        ToolOutcome again = tools.run("write_file", arguments, call("same"));

        assertThat(first).isInstanceOf(ToolOutcome.Done.class);
        assertThat(again.text()).startsWith("Revision 2.");
        assertThat(texts()).containsEntry("a", "12");
    }

    @Test
    void whatACallHasDoneCanBeTakenBack() {
        given("a", "1");
        Tool<WriteFile.Arguments> write = tool("write_file");
        var arguments = new WriteFile.Arguments("a", "2", null, null);
        done("write_file", Map.of("path", "a", "content", "2"));
        ToolContext made = call("call-" + (calls - 1));

        Optional<Compensation> undo = write.compensation(arguments, "", made);

        assertThat(undo).contains(new Compensation("undo_workspace_change", "{\"revision\":2}"));
        assertThat(tools.run("undo_workspace_change", undo.orElseThrow().arguments(), call("undo"))
                        .text())
                .isEqualTo("What revision 2 had changed is taken back (revision 3).");
        assertThat(texts()).containsEntry("a", "1");
        assertThat(tools.run("undo_workspace_change", "{\"revision\":2}", call("undo"))
                        .text())
                .isEqualTo("What revision 2 had changed is taken back (revision 3).");
        assertThat(write.compensation(arguments, "", call("never")))
                .contains(new Compensation("undo_workspace_change", "{\"revision\":0}"));
        assertThat(done("undo_workspace_change", Map.of("revision", 0))).contains("nothing to take back");
        assertThat(failed("undo_workspace_change", Map.of("revision", 99))).contains("not kept");
    }

    @Test
    void whatHasChangedSinceIsNotTakenBack() {
        given("a", "1");
        done("write_file", Map.of("path", "a", "content", "2"));
        given("a", "3");

        assertThat(failed("undo_workspace_change", Map.of("revision", 2))).contains("left as they are: a");
        assertThat(texts()).containsEntry("a", "3");
    }

    @Test
    void anApprovalIsForTheFilesThatWereLookedAt() {
        given("a", "1");
        Tool<WriteFile.Arguments> write = tool("write_file");
        String bound = write.boundTo(call("one"));

        done("write_file", Map.of("path", "b", "content", "by the same run"));
        assertThat(write.stillBound(bound, call("one"))).isTrue();
        given("a", "2");
        assertThat(write.stillBound(bound, call("one"))).isFalse();
    }

    @Test
    void eachToolSaysWhatItDoesToFiles() {
        assertThat(all).allSatisfy(tool -> assertThat(tool.kind()).isEqualTo(Kind.WORKSPACE));
        assertThat(all)
                .filteredOn(tool -> tool.effect() == Effect.READ_ONLY)
                .extracting(Tool::name)
                .containsExactly("read_file", "list_files", "search_files");
        assertThat(all).filteredOn(tool -> tool.effect() == Effect.ONCE).isEmpty();
        assertThat(all)
                .filteredOn(tool -> !tool.offered())
                .extracting(Tool::name)
                .containsExactly("undo_workspace_change");
    }

    private void refused(String tool, Map<String, Object> arguments) {
        ToolOutcome outcome = run(tool, arguments);
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        ToolOutcome.Failed.class,
                        failure -> assertThat(failure.reason())
                                .isIn(ToolOutcome.Reason.REFUSED, ToolOutcome.Reason.INVALID_ARGUMENTS));
        assertThat(outcome.text()).hasSizeLessThan(500);
    }

    private static String envelope(String what, String path, String lines) {
        return "*** Begin Patch\n*** " + what + " File: " + path + "\n" + lines + "*** End Patch";
    }

    @ParameterizedTest
    @MethodSource("dev.turnpike.workspace.WorkspacePathTest#outside")
    @DisplayName("Row 34: a path that leads out of the workspace is refused by every file tool")
    void noToolLeadsOutOfTheWorkspace(String path) {
        given("a", "1");
        refused("read_file", Map.of("path", path));
        refused("write_file", Map.of("path", path, "content", "x"));
        if (!path.isBlank() && !path.equals(".") && !path.endsWith("/")) {
            refused("list_files", Map.of("under", path));
        }
        if (path.lines().count() == 1 && !path.isBlank()) {
            refused("apply_patch", Map.of("patch", envelope("Add", path, "+x\n")));
            refused("apply_patch", Map.of("patch", envelope("Delete", path, "")));
            refused("apply_patch", Map.of("patch", "--- /dev/null\n+++ " + path + "\n@@ -0,0 +1 @@\n+x\n"));
            refused("apply_patch", Map.of("patch", "diff --git a/a b/b\nrename from a\nrename to " + path + "\n"));
        }
        assertThat(texts()).isEqualTo(Map.of("a", "1"));
    }

    @Test
    @DisplayName("Row 34: what Git keeps for itself is no business of file tools, and no link can be made")
    void gitsOwnFilesAreLeftAlone() {
        given(".git/config", "[core]");

        failed("read_file", Map.of("path", ".git/config"));
        failed("write_file", Map.of("path", ".GIT/hooks/pre-commit", "content", "evil"));
        failed("apply_patch", Map.of("patch", "*** Begin Patch\n*** Delete File: .git/config\n*** End Patch"));
        failed("apply_patch", Map.of("patch", """
            diff --git a/x b/x
            new file mode 120000
            --- /dev/null
            +++ b/x
            @@ -0,0 +1 @@
            +/etc/passwd
            """));
        assertThat(done("list_files", Map.of())).isEqualTo("No file matches.");
        assertThat(done("search_files", Map.of("pattern", "core"))).startsWith("No line");
        assertThat(texts()).isEqualTo(Map.of(".git/config", "[core]"));
    }
}
