package dev.turnpike.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.tool.ToolException;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

public class WorkspacePathTest {
    /// Row 34: none of them names a file, wherever it is given.
    public static Stream<String> outside() {
        return Stream.of(
                "../../etc/passwd",
                "..",
                ".",
                "a/../../b",
                "a/..",
                "./../x",
                "a/./b",
                "/etc/passwd",
                "//etc/passwd",
                ".//etc/passwd",
                "~/.ssh/id_rsa",
                "~root/x",
                "%2e%2e/%2e%2e/etc/passwd",
                "%2E%2E%2Fetc%2fpasswd",
                "..%2fetc%2fpasswd",
                "a%00.txt",
                "a%5c..%5cb",
                "..\\..\\windows\\win.ini",
                "C:\\windows\\win.ini",
                "a\0.txt",
                "a\n.txt",
                "a\u001b[2J.txt",
                "a\u2028b",
                "txt.\u202eexe",
                "a\ud800b",
                "a//b",
                "a/",
                "a/ /b",
                " ",
                "",
                "x".repeat(256),
                "x/".repeat(600) + "x",
                "ü".repeat(130),
                "x".repeat(1_000_000));
    }

    @ParameterizedTest
    @MethodSource("outside")
    void nothingLeadsOutOfTheWorkspace(String path) {
        assertThatThrownBy(() -> WorkspacePath.of(path))
                .isInstanceOf(ToolException.class)
                .satisfies(refused -> assertThat(refused.getMessage())
                        .hasSizeLessThan(300)
                        .doesNotContain("\0", "\n", "\u001b", "\u202e"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "src/main/java/A.java",
                ".gitignore",
                "..a/b..",
                "...",
                "a b/ü.txt",
                "100%/50%25.txt",
                "日本/💶.md",
                "-rf",
                "$(reboot);`x`'\"|&*?.txt",
                "C:/x"
            })
    void anyOtherNameIsAllowed(String path) throws ToolException {
        assertThat(WorkspacePath.of(path)).hasToString(path);
    }

    @Test
    void aPathHasOneForm() throws ToolException {
        assertThat(WorkspacePath.of("./src/u\u0308.txt")).isEqualTo(WorkspacePath.of("src/\u00fc.txt"));
    }

    @ParameterizedTest
    @ValueSource(strings = {".git/config", ".git", "a/.git/hooks/pre-commit", ".GIT/config", ".Git/x"})
    void whatIsGitsIsForGit(String path) throws ToolException {
        assertThat(WorkspacePath.of(path).inGit()).isTrue();
        assertThatThrownBy(() -> WorkspacePath.outsideGit(path)).isInstanceOf(ToolException.class);
    }

    @Test
    void whatOnlyLooksLikeGitsIsNot() throws ToolException {
        assertThat(WorkspacePath.outsideGit(".github/workflows/build.yml").inGit())
                .isFalse();
        assertThat(WorkspacePath.outsideGit("a.git/x").inGit()).isFalse();
    }

    @Test
    void pathsAreSortedByName() throws ToolException {
        var sorted = new TreeSet<>(List.of(WorkspacePath.of("b"), WorkspacePath.of("a/c"), WorkspacePath.of("a")));

        assertThat(sorted).map(WorkspacePath::toString).containsExactly("a", "a/c", "b");
    }
}
