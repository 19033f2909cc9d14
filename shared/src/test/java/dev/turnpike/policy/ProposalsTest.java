package dev.turnpike.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProposalsTest {
    @Test
    void everyKindIsFoundInTheOrderOfTheAnswer() {
        List<Proposal> proposals = Proposals.in("""
            First look:

            ```bash
            ls -la && cat a.txt
            ```

            Then change it:
            ```diff
            --- a/src/A.java
            +++ b/src/A.java
            @@ -1 +1 @@
            -old
            +new
            ```

            `config/app.yaml`:
            ~~~yaml
            port: 8080
            ~~~

            ```java title="src/B.java"
            class B {}
            ```

            ```sh
            git add -A
            git commit -m "Change A"
            ```

            And remove the rest:

            ```
            just text
            ```

            ```console
            $ rm -rf build
            removed 'build'
            $ curl https://example.com
            ```
            """);

        assertThat(proposals)
                .extracting(Proposal::kind, Proposal::risk, Proposal::tool, Proposal::arguments)
                .containsExactly(
                        tuple(
                                Proposal.Kind.SHELL,
                                Risk.READ_ONLY,
                                "execute_bash",
                                "{\"command\":\"ls -la && cat a.txt\"}"),
                        tuple(
                                Proposal.Kind.CODE_CHANGE,
                                Risk.WRITE,
                                "apply_patch",
                                "{\"patch\":\"--- a/src/A.java\\n+++ b/src/A.java\\n@@ -1 +1 @@\\n-old\\n+new\\n\"}"),
                        tuple(
                                Proposal.Kind.CONFIGURATION,
                                Risk.WRITE,
                                "write_file",
                                "{\"path\":\"config/app.yaml\",\"content\":\"port: 8080\\n\"}"),
                        tuple(
                                Proposal.Kind.FILE,
                                Risk.WRITE,
                                "write_file",
                                "{\"path\":\"src/B.java\",\"content\":\"class B {}\\n\"}"),
                        tuple(Proposal.Kind.GIT, Risk.WRITE, "git_operation", "{\"operation\":\"add\"}"),
                        tuple(
                                Proposal.Kind.GIT,
                                Risk.WRITE,
                                "git_operation",
                                "{\"operation\":\"commit\",\"message\":\"Change A\"}"),
                        tuple(
                                Proposal.Kind.SHELL,
                                Risk.DESTRUCTIVE,
                                "execute_bash",
                                "{\"command\":\"rm -rf build\\ncurl https://example.com\"}"));
    }

    @Test
    void whatTheGitToolCantDoIsACommand() {
        assertThat(Proposals.in("```sh\ngit push origin main\n```"))
                .singleElement()
                .satisfies(proposal -> {
                    assertThat(proposal.kind()).isEqualTo(Proposal.Kind.GIT);
                    assertThat(proposal.risk()).isEqualTo(Risk.NETWORK);
                    assertThat(proposal.tool()).isEqualTo("execute_bash");
                });
        assertThat(Proposals.in("```sh\ngit status && make\n```"))
                .extracting(Proposal::kind, Proposal::tool)
                .containsExactly(tuple(Proposal.Kind.SHELL, "execute_bash"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "No block at all: rm -rf /",
                "```java\nclass NoName {}\n```",
                "```diff\nno patch\n```",
                "```bash\n\n```",
                "```console\noutput alone\n```",
                "Use ```inline``` code"
            })
    void whatSuggestsNothingIsNoProposal(String answer) {
        assertThat(Proposals.in(answer)).isEmpty();
    }

    @Test
    void aBlockThatIsNotClosedGoesToTheEnd() {
        assertThat(Proposals.in("```sh\nmake test")).extracting(Proposal::text).containsExactly("make test");
    }
}
