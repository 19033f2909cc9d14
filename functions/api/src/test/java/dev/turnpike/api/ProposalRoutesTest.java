package dev.turnpike.api;

import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.policy.GuardedTools;
import dev.turnpike.policy.Policy;
import dev.turnpike.tool.Kind;
import dev.turnpike.tool.Tool;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolRegistry;
import dev.turnpike.tool.ToolSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ProposalRoutesTest {
    private static final String ANSWER =
            "Do this:\n```sh\nls\n```\nthen\n```sh\ntouch a\n```\nand\n```sh\ncurl x\n```\n";

    private final List<String> ran = new ArrayList<>();
    private final Bench bench = new Bench(new GuardedTools(ToolRegistry.of(List.of(new Bash(ran))), Policy.parse("")));

    private record Bash(List<String> ran) implements Tool<Bash.Command> {
        record Command(String command) {}

        @Override
        public String name() {
            return "execute_bash";
        }

        @Override
        public String description() {
            return "Runs a command.";
        }

        @Override
        public ToolSchema<Command> arguments() {
            return ToolSchema.of(Command.class);
        }

        @Override
        public Kind kind() {
            return Kind.SANDBOX;
        }

        @Override
        public String call(Command arguments, ToolContext context) {
            ran.add(arguments.command());
            return "a.txt";
        }

        @Override
        public String preview(Command arguments, ToolContext context) {
            return "Would run " + arguments.command();
        }
    }

    private String answered() throws IOException {
        bench.work.model.plays(says(ANSWER));
        return bench.create("{\"model\":\"gpt-4o\",\"input\":\"What now?\"}")
                .json()
                .path("id")
                .asString();
    }

    @Test
    void whatAnAnswerSuggestsIsListedWithItsRiskAndWhatThePolicySays() throws IOException {
        JsonNode data =
                bench.get("/v1/responses/" + answered() + "/proposals").json().path("data");

        assertThat(data.valueStream()
                        .map(each ->
                                each.path("index") + " " + each.path("risk").asString() + " "
                                        + each.path("decision").asString() + " "
                                        + each.path("text").asString()))
                .containsExactly("0 read_only allow ls", "1 write ask touch a", "2 network deny curl x");
        assertThat(ran).isEmpty();
    }

    @Test
    void whatIsAllowedIsDoneAndTheModelSaysWhatCameOfIt() throws IOException {
        String id = answered();
        bench.work.model.plays(says("There is one file."));

        JsonNode response =
                bench.post("/v1/responses/" + id + "/proposals/0", "").json();

        assertThat(ran).containsExactly("ls");
        assertThat(response.path("status").asString()).isEqualTo("completed");
        assertThat(response.path("previous_response_id").asString()).isEqualTo(id);
        assertThat(response.toString()).contains("There is one file.");
    }

    @Test
    void whatAsksEndsWithARequestAndRunsOnceItIsAllowed() throws IOException {
        String id = answered();

        JsonNode asking =
                bench.post("/v1/responses/" + id + "/proposals/1", "{}").json();

        assertThat(ran).isEmpty();
        JsonNode request = asking.path("output")
                .valueStream()
                .filter(item -> item.path("type").asString().equals("mcp_approval_request"))
                .findFirst()
                .orElseThrow();
        bench.work.model.plays(says("Done."));
        bench.create(
                """
                {"model": "gpt-4o", "previous_response_id": "%s", "input": [{"type": "mcp_approval_response",
                 "approval_request_id": "%s", "approve": true}]}
                """.formatted(asking.path("id").asString(), request.path("id").asString()));
        assertThat(ran).containsExactly("touch a");
    }

    @Test
    void whatIsDeniedIsNotDone() throws IOException {
        String id = answered();
        bench.work.model.plays(says("I may not."));

        bench.post("/v1/responses/" + id + "/proposals/2", "");

        assertThat(ran).isEmpty();
        assertThat(bench.work.access.audit.events)
                .anySatisfy(event -> assertThat(event.kind().wireName()).isEqualTo("tool.refused"));
    }

    @Test
    void aDryRunOnlySaysWhatWouldBeDone() throws IOException {
        String id = answered();
        bench.work.model.plays(says("It would create a."));

        bench.post("/v1/responses/" + id + "/proposals/1", "{\"turnpike\":{\"dry_run\":true}}");

        assertThat(ran).isEmpty();
        assertThat(bench.work.results(bench.work.store.runs().getLast()))
                .singleElement()
                .satisfies(result ->
                        assertThat(result.output()).isEqualTo("Dry run, nothing was changed. Would run touch a"));
    }

    @Test
    void whatIsNotThereIsNotFoundAndOtherFieldsAreRefused() throws IOException {
        String id = answered();

        assertThat(bench.post("/v1/responses/" + id + "/proposals/3", "").status())
                .isEqualTo(404);
        assertThat(bench.post("/v1/responses/" + id + "/proposals/x", "").status())
                .isEqualTo(404);
        assertThat(bench.post("/v1/responses/" + id + "/proposals/0", "{\"input\":\"rm\"}")
                        .status())
                .isEqualTo(400);
        assertThat(ran).isEmpty();
    }
}
