package dev.turnpike.api;

import static dev.turnpike.fake.ScriptedModel.Script.call;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.Switches;
import dev.turnpike.tool.Tool;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class DryRunTest {
    private static final String PATCH = "{\"patch\":\"--- a/a.txt\\n+++ b/a.txt\\n@@ -1 +1 @@\\n-one\\n+two\\n\"}";

    private final Switches switches = new Switches();
    private final Bench bench = Bench.withFileTools(switches.tools().toArray(Tool[]::new));

    @Test
    void aDryRunShowsTheDifferenceAndChangesNoByte() throws IOException {
        String conversation =
                bench.post("/v1/conversations", "{}").json().path("id").asString();
        String files = "/v1/conversations/" + conversation + "/workspace";
        bench.post(files, "{\"files\":[{\"path\":\"a.txt\",\"content\":\"one\\n\"}]}");
        String before = bench.work.workspaceStore.snapshot();
        bench.work.model.plays(
                call("apply_patch", PATCH),
                call("write_file", "{\"path\":\"b/c.txt\",\"content\":\"new\\n\"}"),
                call("turn_on", "{\"name\":\"a\"}"),
                call("read_file", "{\"path\":\"a.txt\"}"),
                call("apply_patch", PATCH.replace("-one", "-none")),
                says("That is what I would do."));

        JsonNode response = bench.create("{\"model\":\"gpt-4o\",\"input\":\"Go\",\"conversation\":\"" + conversation
                        + "\",\"turnpike\":{\"dry_run\":true}}")
                .json();

        assertThat(response.path("status").asString()).isEqualTo("completed");
        assertThat(bench.work.workspaceStore.snapshot()).isEqualTo(before);
        assertThat(switches.happened()).isEmpty();
        assertThat(output(response, 0)).contains("Dry run, nothing was changed.", "-one", "+two");
        assertThat(output(response, 1)).contains("Dry run, nothing was changed.", "b/c.txt", "+new");
        assertThat(output(response, 2)).contains("Dry run, nothing was changed.", "turn_on");
        assertThat(output(response, 3)).contains("one").doesNotContain("Dry run");
        assertThat(response.path("output").get(4).toString())
                .as("what would fail is told as it is")
                .contains("apply_patch")
                .doesNotContain("Dry run");
    }

    private static String output(JsonNode response, int index) {
        return response.path("output").get(index).path("output").asString();
    }
}
