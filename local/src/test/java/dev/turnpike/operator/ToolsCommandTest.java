package dev.turnpike.operator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ToolsCommandTest {
    private static final Map<String, String> SETTINGS = Map.of(
            "TOOL_DEFINITIONS",
            """
            [{"kind": "lambda", "name": "quote", "description": "The price of a share.", "effect": "read_only",
              "function": "quotes", "parameters": {"type": "object", "properties": {"symbol": {"type": "string"}}}},
             {"kind": "lambda", "name": "undo", "description": "Undoes.", "function": "undoing", "offered": false,
              "parameters": {"type": "object"}},
             {"kind": "mcp", "label": "down", "url": "https://nowhere.invalid/mcp"}]
            """,
            "TOOL_POLICY",
            "[{\"tools\": \"quote\", \"then\": \"allow\"}]",
            "AWS_ACCESS_KEY_ID",
            "test");

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return ToolsCommand.run(new PrintStream(printed, true, UTF_8), SETTINGS, arguments);
    }

    @Test
    void everyToolIsListedWithWhatIsDecidedOfItsCalls() {
        assertThat(run()).isZero();

        assertThat(printed.toString(UTF_8).lines().map(line -> line.replaceAll(" +", " ")))
                .contains(
                        "name kind effect calls offered from",
                        "calculate built_in read_only allow yes turnpike",
                        "quote lambda read_only allow yes quotes")
                .anyMatch(line -> line.startsWith("undo lambda once ") && line.endsWith(" no undoing"));
    }

    @Test
    void oneToolIsShownWithItsDigestAndSchema() {
        assertThat(run("quote")).isZero();
        assertThat(printed.toString(UTF_8))
                .contains("quote (lambda, read_only): calls allow", "The price of a share.", "\"symbol\" : {")
                .containsPattern("digest [0-9a-f]{16}");
        assertThat(run("missing")).isOne();
    }

    @Test
    void aMistakeIsToldToWhoeverTypedIt() {
        assertThatThrownBy(() -> run("--all")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ToolsCommand.run(
                        new PrintStream(printed, true, UTF_8), Map.of("TOOL_DEFINITIONS", "[{\"kind\":\"soap\"}]")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TOOL_DEFINITIONS")
                .hasMessageContaining("[0].kind");
    }
}
