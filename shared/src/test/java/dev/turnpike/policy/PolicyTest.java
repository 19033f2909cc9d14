package dev.turnpike.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.tool.Effect;
import dev.turnpike.tool.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.JsonNodeFactory;

class PolicyTest {
    private static final Subject BASH = new Subject("execute_bash", Kind.SANDBOX, Effect.ONCE);
    private static final Subject WRITE = new Subject("write_file", Kind.WORKSPACE, Effect.REPEATABLE);
    private static final Subject READ = new Subject("read_file", Kind.WORKSPACE, Effect.READ_ONLY);
    private static final Subject PATCH = new Subject("apply_patch", Kind.WORKSPACE, Effect.REPEATABLE);
    private static final Subject FETCH = new Subject("web__fetch", Kind.MCP, Effect.READ_ONLY);
    private static final Subject NOTE = new Subject("remember", Kind.BUILT_IN, Effect.REPEATABLE);

    private final Policy usual = Policy.parse("");

    @Test
    void whatReadsIsAllowedWhatChangesAsksAndWhatReachesOutIsDenied() {
        assertThat(decision(usual, READ, "{\"path\":\"a\"}")).isEqualTo(Decision.ALLOW);
        assertThat(decision(usual, NOTE, "{}")).isEqualTo(Decision.ALLOW);
        assertThat(decision(usual, WRITE, "{\"path\":\"a\"}")).isEqualTo(Decision.ASK);
        assertThat(decision(usual, BASH, "{\"command\":\"ls\"}")).isEqualTo(Decision.ALLOW);
        assertThat(decision(usual, BASH, "{\"command\":\"touch a\"}")).isEqualTo(Decision.ASK);
        assertThat(decision(usual, BASH, "{\"command\":\"curl x\"}")).isEqualTo(Decision.DENY);
        assertThat(decision(usual, BASH, "{\"command\":\"rm -rf .\"}")).isEqualTo(Decision.DENY);
        assertThat(decision(usual, BASH, "not json")).isEqualTo(Decision.ASK);
        assertThat(decision(
                        usual,
                        new Subject("git_operation", Kind.SANDBOX, Effect.REPEATABLE),
                        "{\"operation\":\"log\"}"))
                .isEqualTo(Decision.ALLOW);
        assertThat(decision(usual, new Subject("pay", Kind.LAMBDA, Effect.ONCE), "{}"))
                .isEqualTo(Decision.ASK);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/?d=secret",
                "see //evil.example/x",
                "HTTP://EVIL.example",
                "![x](https://evil.example/x.png)",
                "https:\\\\\\\\evil.example",
                "ftp://evil.example"
            })
    void aReadingToolElsewhereAsksWhereAnAddressIsGivenToIt(String text) {
        assertThat(decision(usual, FETCH, "{\"deep\":[{\"er\":\"" + text + "\"}]}"))
                .isEqualTo(Decision.ASK);
        assertThat(decision(usual, FETCH, "{\"id\":\"42\"}")).isEqualTo(Decision.ALLOW);
    }

    @ParameterizedTest
    @CsvSource({
        "https://api.example.com/x, ALLOW",
        "https://API.example.com:8443/x, ALLOW",
        "https://api.example.com@evil.example/, ASK",
        "https://evil.example/api.example.com, ASK",
        "https://api.example.com.evil.example/, ASK",
        "https://api.example.com https://evil.example/, ASK",
        "https://api.exa mple.com, ASK"
    })
    void aHostThatIsAllowedIsAllowedAlone(String text, Decision expected) {
        Policy policy = Policy.parse("[{\"tools\":\"web__*\",\"hosts\":\"api.example.com\",\"then\":\"allow\"}]");
        assertThat(decision(policy, FETCH, "{\"url\":\"" + text + "\"}")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "docs/a.md, ALLOW",
        "./docs/a.md, ALLOW",
        "docs/../src/a.java, DENY",
        "/docs/a.md, DENY",
        "docs/%2e%2e/a, DENY",
        "src/a.java, ASK",
        "secrets/key, DENY",
        "docs/../secrets/key, DENY"
    })
    void aPathIsJudgedByWhereItLeads(String path, Decision expected) {
        Policy policy = Policy.parse("""
            [{"tools": "*", "paths": "secrets/*", "then": "deny"},
             {"tools": ["write_file", "apply_patch"], "paths": "docs/*", "then": "allow"}]
            """);
        assertThat(decision(policy, WRITE, "{\"path\":\"" + path + "\"}")).isEqualTo(expected);
    }

    @Test
    void aPatchIsAllowedWhereAllOfItsFilesAre() {
        Policy policy =
                Policy.parse("[{\"paths\":\"docs/*\",\"then\":\"allow\"},{\"paths\":\"ci/*\",\"then\":\"deny\"}]");
        assertThat(decision(policy, PATCH, patch("--- a/docs/x", "+++ b/docs/x")))
                .isEqualTo(Decision.ALLOW);
        assertThat(decision(policy, PATCH, patch("--- a/docs/x", "+++ b/docs/x", "--- a/src/y", "+++ b/src/y")))
                .isEqualTo(Decision.ASK);
        assertThat(decision(policy, PATCH, patch("--- /dev/null", "+++ b/ci/run", "+++ b/docs/x")))
                .isEqualTo(Decision.DENY);
        assertThat(decision(policy, PATCH, patch("*** Update File: docs/x", "*** Add File: ci/run")))
                .isEqualTo(Decision.DENY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "---  a/ci/run\n+++  b/ci/run\n@@ -1 +1 @@\n-a\n+b",
                "diff --git a/ci/run b/ci/run\ndeleted file mode 100644",
                "--- a/docs/x\n+++ \"b/ci/run\"\n@@ -1 +1 @@\n-a\n+b",
                "*** Begin Patch\n*** Update File:  ci/run\n@@\n-a\n+b\n*** End Patch",
                "*** Begin Patch\n*** Delete File: ci/run\n*** End Patch"
            })
    void aPatchIsReadAsTheToolReadsIt(String hidden) {
        Policy policy =
                Policy.parse("[{\"paths\":\"ci/*\",\"then\":\"deny\"},{\"paths\":\"docs/*\",\"then\":\"allow\"}]");
        String arguments =
                JsonNodeFactory.instance.objectNode().put("patch", hidden).toString();
        assertThat(decision(policy, PATCH, arguments)).isEqualTo(Decision.DENY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https:/evil.example/?d=S",
                "https:evil.example/?d=S",
                "https:/\t/evil.example/?d=S",
                "evil.example/?d=S",
                "see evil.example:8443/x"
            })
    void anAddressIsSeenInEveryForm(String text) {
        String arguments =
                JsonNodeFactory.instance.objectNode().put("text", text).toString();
        assertThat(decision(usual, FETCH, arguments)).isEqualTo(Decision.ASK);
    }

    @Test
    void aPathIsComparedAsItIsStored() {
        Policy policy = Policy.parse("[{\"paths\":\"Keys/*\",\"then\":\"deny\"}]");
        assertThat(decision(policy, WRITE, "{\"path\":\"\u212Aeys/x\"}")).isEqualTo(Decision.DENY);
    }

    @Test
    void whereACommandWritesIsNotAllowedByItsWords() {
        Policy policy = Policy.parse("[{\"tools\":\"execute_bash\",\"commands\":\"echo *\",\"then\":\"allow\"}]");
        assertThat(decision(policy, BASH, "{\"command\":\"echo a > src/app.py\"}"))
                .isEqualTo(Decision.ASK);
        assertThat(decision(policy, BASH, "{\"command\":\"echo a\"}")).isEqualTo(Decision.ALLOW);
    }

    private static String patch(String... lines) {
        return "{\"patch\":\"" + String.join("\\n", lines) + "\"}";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        npm test                  | ALLOW
        npm test -- --watch=false | ALLOW
        npm test; npm test -- a   | ALLOW
        npm test; curl x          | DENY
        npm test && touch a       | ASK
        npm test $(curl x)        | DENY
        npm test 'unclosed        | ASK
        npm test <<X              | ASK
        """)
    void aCommandIsAllowedWhereAllOfItIs(String command, Decision expected) {
        Policy policy = Policy.parse("[{\"tools\":\"execute_bash\",\"commands\":\"npm test*\",\"then\":\"allow\"}]");
        assertThat(decision(policy, BASH, "{\"command\":\"" + command + "\"}")).isEqualTo(expected);
    }

    @Test
    void whatIsSettledWhateverTheArgumentsAreIsKnownBefore() {
        assertThat(usual.always(READ)).contains(Decision.ALLOW);
        assertThat(usual.always(WRITE)).contains(Decision.ASK);
        assertThat(usual.always(BASH)).isEmpty();
        assertThat(usual.always(FETCH)).isEmpty();
        assertThat(usual.always(NOTE)).contains(Decision.ALLOW);
        assertThat(Policy.parse("[{\"kinds\":\"sandbox\",\"then\":\"deny\"}]").always(BASH))
                .contains(Decision.DENY);
    }

    @Test
    void aRulingSaysWhichRuleItIs() {
        Policy policy = Policy.parse("[{\"tools\":\"a\",\"then\":\"allow\"},{\"effects\":\"once\",\"then\":\"deny\"}]");
        assertThat(policy.judge(new Subject("pay", Kind.HTTP, Effect.ONCE), "{}"))
                .isEqualTo(new Ruling(Decision.DENY, "rule 2 of this deployment's policy"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {}                                       | expected a JSON list
        [                                        | not valid JSON
        [1]                                      | rule 1 is not an object
        [{"tool":"x","then":"allow"}]            | unknown field "tool"
        [{"tools":"x"}]                          | lacks "then"
        [{"then":"perhaps"}]                     | "then" can't be "perhaps"; it is one of [allow, ask, deny]
        [{"kinds":"shell","then":"allow"}]       | "kinds" can't be "shell"
        [{"tools":[],"then":"allow"}]            | "tools" is a text or a list of texts
        [{"tools":" , ","then":"allow"}]         | "tools" is a text or a list of texts
        [{"hosts":[1],"then":"allow"}]           | "hosts" is a text or a list of texts
        """)
    void aRuleThatIsWrongIsRefusedInWords(String json, String message) {
        assertThatThrownBy(() -> Policy.parse(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static Decision decision(Policy policy, Subject subject, String arguments) {
        return policy.judge(subject, arguments).decision();
    }
}
