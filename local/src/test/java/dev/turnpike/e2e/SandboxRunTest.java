package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Commands that a model asks for, all the way: endpoint, policy, the function's call, the sandbox, the table.
@EnabledOnOs(OS.LINUX)
@Timeout(120)
class SandboxRunTest {
    private static Stack stack;
    private static Endpoint endpoint;

    @BeforeAll
    static void start() throws IOException {
        stack = Stack.start(StackOptions.defaults()
                .withDemoPace(Duration.ZERO)
                .withEnvironment(Map.of(
                        "SANDBOX", "on",
                        "TOOL_POLICY", "[{\"tools\": \"execute_bash,git_operation,run_code\", \"then\": \"allow\"}]")));
        endpoint = new Endpoint(stack);
    }

    @AfterAll
    static void stop() {
        endpoint.close();
        stack.close();
    }

    private static JsonNode ask(String input, String previous) {
        ObjectNode body = Endpoint.MAPPER.createObjectNode().put("input", input);
        if (!previous.isEmpty()) {
            body.put("previous_response_id", previous);
        }
        JsonNode response = endpoint.create(body.toString());
        assertThat(response.path("status").asString()).as(response.toString()).isEqualTo("completed");
        return response;
    }

    @Test
    void filesOfACommandAreThereForTheNextOneOfTheSameConversationOnly() {
        JsonNode first = ask("Use execute_bash: \"mkdir d && echo kept > d/file && echo made\"", "");
        JsonNode second = ask(
                "Use execute_bash: \"cat d/file; id -u; ls -A | wc -l\"",
                first.path("id").asString());
        JsonNode other = ask("Use execute_bash: \"ls -A | wc -l\"", "");

        assertThat(first.toString()).contains("Exit code 0.", "made", "Revision 1 of the files: wrote d/file.");
        assertThat(second.toString()).contains("Exit code 0.\\nkept\\n");
        assertThat(other.toString()).contains("Exit code 0.\\n0");
    }

    @Test
    void codeAndGitRunOnTheSameFiles() {
        JsonNode code = ask("Use run_code: \"python\" \"open(str(42), chr(119)).close()\"", "");
        JsonNode init = ask("Use git_operation: \"init\"", code.path("id").asString());
        JsonNode status = ask("Use git_operation: \"status\"", init.path("id").asString());

        assertThat(code.toString()).contains("wrote 42.");
        assertThat(init.toString()).contains("A repository is made");
        assertThat(status.toString()).contains("Not known to git:\\n  42");
    }

    @Test
    void aCommandFindsNothingOfTheStack() {
        JsonNode response =
                ask("Use execute_bash: \"env; cat /proc/*/environ; ls /work /root /home; cat /proc/1/mem\"", "");

        assertThat(response.toString())
                .contains("Exit code")
                .doesNotContain("TABLE_NAME", "AWS_", "SECRET", "OPENAI", stack.adminKey(), stack.apiKey());
    }
}
