package dev.turnpike.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.policy.Proposal.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProposalsTest {
    private static Proposal only(String answer) {
        List<Proposal> found = Proposals.in(answer);
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    @Test
    void shellBlocksAreCommandsWithTheRiskOfTheWorstOfThem() {
        assertThat(only("Look:\n```bash\nls -l\ncat a.txt\n```\n"))
                .isEqualTo(new Proposal(Kind.SHELL, Risk.READ_ONLY, "ls -l\ncat a.txt\n", null));
        assertThat(only("```sh\nls\ncurl https://example.com\n```").risk()).isEqualTo(Risk.NETWORK);
        assertThat(only("~~~bash\nrm -rf build\n~~~").risk()).isEqualTo(Risk.DESTRUCTIVE);
    }

    @Test
    void whatCommandsPrintIsNoCommand() {
        assertThat(only("```console\n$ ls \\\n> -l\ntotal 0\n$ pwd\n/home\n```").text())
                .isEqualTo("ls \\\n-l\npwd\n");
        assertThat(Proposals.in("```console\ntotal 0\n```")).isEmpty();
    }

    @Test
    void gitCommandsPatchesFilesAndConfigurationAreToldApart() {
        String answer = """
            First:
            ```bash
            git add -A
            git commit -m "x"
            ```
            Then:
            ```diff
            --- a/a.txt
            +++ b/a.txt
            @@ -1 +1 @@
            -a
            +b
            ```
            ```
            *** Begin Patch
            *** Delete File: a.txt
            *** End Patch
            ```
            `src/main.py`:
            ```python
            print(1)
            ```
            ```yaml title="config/app.yaml"
            debug: true
            ```
            ```js
            // web/app.js
            run();
            ```
            """;

        assertThat(Proposals.in(answer))
                .extracting(each -> each.kind().wireName() + " " + each.path() + " " + each.tool())
                .containsExactly(
                        "git null execute_bash",
                        "code_change null apply_patch",
                        "code_change null apply_patch",
                        "file src/main.py write_file",
                        "configuration config/app.yaml write_file",
                        "file web/app.js write_file");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Run `rm -rf /` never.",
                "```python\nprint(1)\n```",
                "```bash\n\n```",
                "```bash\nrm -rf build\n",
                "`../../etc/passwd`:\n```\nroot\n```",
                "```text title=\"/etc/passwd\"\nroot\n```",
                "**.git/config**\n```ini\n[core]\n```"
            })
    void whateverElseAnAnswerShowsIsNoProposal(String answer) {
        assertThat(Proposals.in(answer)).isEmpty();
    }

    @Test
    void anAnswerOfMegabytesIsReadInLittleTime() {
        assertThat(Proposals.in("```bash\nls\n```\n".repeat(100_000))).hasSize(100);
        assertThat(Proposals.in("`" + "a/".repeat(500_000) + "\n```\nx\n```")).isEmpty();
    }
}
