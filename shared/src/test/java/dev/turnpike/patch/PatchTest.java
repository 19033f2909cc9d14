package dev.turnpike.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.tool.ToolException;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PatchTest {
    private static final String TEXT = numbered(1, 20);

    private static String numbered(int first, int last) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(i -> "line " + i + "\n")
                .collect(Collectors.joining());
    }

    private static FilePatch only(String patch) throws ToolException {
        Patch read = Patch.read(patch);
        assertThat(read.files()).hasSize(1);
        return read.files().getFirst();
    }

    private static String applied(String patch, String text) throws ToolException {
        return HunkApplier.apply(only(patch), text);
    }

    @Test
    void aDiffChangesTheLinesThatItNames() throws ToolException {
        String patch = """
            --- a/file.txt
            +++ b/file.txt
            @@ -2,3 +2,4 @@ any heading
             line 2
            -line 3
            +line three
            +line three and a half
             line 4
            @@ -19,2 +20,1 @@
             line 19
            -line 20
            """;

        assertThat(applied(patch, TEXT))
                .isEqualTo(numbered(1, 2) + "line three\nline three and a half\n" + numbered(4, 19));
        assertThat(only(patch).from()).isEqualTo("file.txt");
    }

    @Test
    void gitsHeadersSayWhatIsNewDeletedMovedAndExecutable() throws ToolException {
        String patch = """
            diff --git a/new.sh b/new.sh
            new file mode 100755
            index 0000000..257cc56
            --- /dev/null
            +++ b/new.sh
            @@ -0,0 +1 @@
            +echo
            diff --git a/old.txt b/old.txt
            deleted file mode 100644
            index 257cc56..0000000
            --- a/old.txt
            +++ /dev/null
            @@ -1 +0,0 @@
            -gone
            diff --git a/from here.txt b/to there.txt
            similarity index 100%
            rename from from here.txt
            rename to to there.txt
            diff --git a/run.sh b/run.sh
            old mode 100644
            new mode 100755
            diff --git "a/\\303\\274.txt" "b/\\303\\274.txt"
            --- "a/\\303\\274.txt"
            +++ "b/\\303\\274.txt"
            @@ -1 +1 @@
            -a
            +b
            """;

        assertThat(Patch.read(patch).files())
                .extracting(file -> file.from() + " > " + file.to() + " " + file.executable() + " "
                        + file.hunks().size())
                .containsExactly(
                        "null > new.sh true 1",
                        "old.txt > null null 1",
                        "from here.txt > to there.txt null 0",
                        "run.sh > run.sh true 0",
                        "ü.txt > ü.txt null 1");
    }

    @Test
    void anEnvelopeAddsUpdatesMovesAndDeletes() throws ToolException {
        String patch = """
            I will change it:
            *** Begin Patch
            *** Add File: new.txt
            +one
            +
            +two
            *** Update File: file.txt
            *** Move to: moved.txt
            @@ line 2
             line 3
            -line 4
            +line four
            @@
             line 19
            -line 20
            *** End of File
            *** Delete File: old.txt
            *** End Patch
            """;

        var files = Patch.read(patch).files();

        assertThat(HunkApplier.apply(files.get(0), "")).isEqualTo("one\n\ntwo\n");
        assertThat(HunkApplier.apply(files.get(1), TEXT)).isEqualTo(numbered(1, 3) + "line four\n" + numbered(5, 19));
        assertThat(files.get(1).from() + ">" + files.get(1).to()).isEqualTo("file.txt>moved.txt");
        assertThat(files.get(2).to()).isNull();
    }

    @Test
    void aHunkIsFoundWhereItsLinesHaveMovedTo() throws ToolException {
        String patch = "--- a/f\n+++ b/f\n@@ -3,2 +3,2 @@\n line 3\n-line 4\n+line four\n";

        assertThat(applied(patch, "new\nnew\n" + TEXT))
                .isEqualTo("new\nnew\n" + numbered(1, 3) + "line four\n" + numbered(5, 20));
    }

    @Test
    void ofEqualPlacesTheNearestIsTaken() throws ToolException {
        String patch = "--- a/f\n+++ b/f\n@@ -5 +5 @@\n-x\n+y\n";

        assertThat(applied(patch, "x\na\na\nx\na\na\na\nx\n")).isEqualTo("x\na\na\ny\na\na\na\nx\n");
    }

    @Test
    void contextThatIsSlightlyWrongIsForgiven() throws ToolException {
        String patch =
                "--- a/f\n+++ b/f\n@@ -9,9 +1,2 @@\n not there\n line 3  \n-line 4\n+line four\n line 5\n neither\n";

        assertThat(applied(patch, TEXT)).isEqualTo(numbered(1, 3) + "line four\n" + numbered(5, 20));
    }

    @Test
    void endsOfLinesStayAsTheyAre() throws ToolException {
        String patch = "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\n-b\n+c\n+d\n";

        assertThat(applied(patch, "a\r\nb\r\ne\r\n")).isEqualTo("a\r\nc\r\nd\r\ne\r\n");
        assertThat(applied(patch, "a\nb")).isEqualTo("a\nc\nd\n");
        assertThat(applied(patch + "\\ No newline at end of file\n", "a\nb\n")).isEqualTo("a\nc\nd");
        assertThat(applied("--- a/f\n+++ b/f\n@@ -1 +1,2 @@\n a\n+b\n", "a")).isEqualTo("a\nb\n");
    }

    @Test
    void aHunkWithoutAPlaceIsToldWithWhatTheFileHasThere() {
        String patch =
                "--- a/f\n+++ b/f\n@@ -2 +2 @@\n-line 2\n+line two\n@@ -7,3 +7,3 @@\n-lime 7\n-lime 8\n-line 9\n";

        assertThatThrownBy(() -> applied(patch, TEXT))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("hunk 2 of f")
                .hasMessageContaining("lime 7")
                .hasMessageContaining("    7  line 7");
    }

    @Test
    void aLineThatLooksLikeAHeaderIsChangedAllTheSame() throws ToolException {
        String patch = "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-- one\n--- two\n+++ two\n+- one\n";

        assertThat(applied(patch, "- one\n-- two\n")).isEqualTo("++ two\n- one\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "@@ -1 +1 @@\n-a\n+b\n",
                "*** Begin Patch\n*** End Patch\n",
                "*** Begin Patch\n*** Update File: a\n@@\n-a\n+b\n",
                "*** Begin Patch\n*** Update File: a\n*** End Patch\n",
                "*** Begin Patch\n*** Rename File: a\n*** End Patch\n",
                "*** Begin Patch\n*** Add File: a\nno plus\n*** End Patch\n",
                "diff --git a/x b/x\nnew file mode 120000\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+/etc/passwd\n",
                "diff --git a/x b/x\nGIT binary patch\nliteral 1\n",
                "diff --git a/x b/y\ncopy from x\ncopy to y\n",
                "--- a/x\n+++ b/x\n@@ -1,1 +1,1 @@\n"
            })
    void whatIsNoPatchIsRefusedInWords(String patch) {
        assertThatThrownBy(() -> Patch.read(patch)).isInstanceOf(ToolException.class);
    }

    @Test
    void whatADiffSaysOfTwoTextsMakesOneOfTheOther() throws ToolException {
        var random = new Random(11);
        for (int i = 0; i < 400; i++) {
            String before = text(random);
            String after = text(random);
            String diff = UnifiedDiff.of("f", before, after);
            if (before.equals(after)) {
                assertThat(diff).isEmpty();
            } else {
                assertThat(applied(diff, before)).as(diff).isEqualTo(after);
            }
        }
    }

    private static String text(Random random) {
        String end = random.nextInt(5) == 0 ? "" : "\n";
        return random.ints(random.nextInt(12), 0, 4).mapToObj(i -> "l" + i).collect(Collectors.joining("\n")) + end;
    }

    @Test
    void filesThatComeAndGoAreToldAsSuch() {
        assertThat(UnifiedDiff.of("f", null, "a\n")).isEqualTo("--- /dev/null\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n");
        assertThat(UnifiedDiff.of("f", "a", null))
                .isEqualTo("--- a/f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n\\ No newline at end of file\n");
        assertThat(UnifiedDiff.of("f", null, "")).isEqualTo("--- /dev/null\n+++ b/f\n");
    }

    @Test
    @Timeout(10)
    void aPatchThatCouldBeAnywhereIsGivenUp() throws ToolException {
        String text = "a\n".repeat(100_000);
        String patch = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n" + " a\n".repeat(14_000) + "-b\n+c\n";

        assertThatThrownBy(() -> HunkApplier.apply(only(patch), text))
                .isInstanceOf(ToolException.class)
                .hasMessageContaining("too long");
    }
}
