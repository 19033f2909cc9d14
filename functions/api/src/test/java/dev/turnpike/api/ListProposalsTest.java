package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.ScriptedModel.Script;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ListProposalsTest {
    private final Bench bench = new Bench();

    private JsonNode proposals(String answer) throws IOException {
        bench.work.model.plays(Script.says(answer));
        String id = bench.create("{\"model\":\"gpt-4o\",\"input\":\"What now?\"}")
                .json()
                .path("id")
                .asString();
        return bench.get("/v1/responses/" + id + "/proposals").json();
    }

    @Test
    void whatAnAnswerSuggestsIsListedWithItsRisk() throws IOException {
        JsonNode data = proposals("Do:\n```bash\nrm -rf build\n```\n`a.txt`:\n```\nhello\n```\n")
                .path("data");

        assertThat(data).hasSize(2);
        assertThat(data.at("/0/type").asString()).isEqualTo("shell");
        assertThat(data.at("/0/risk").asString()).isEqualTo("destructive");
        assertThat(data.at("/1/path").asString()).isEqualTo("a.txt");
        assertThat(data.at("/1/tool").asString()).isEqualTo("write_file");
    }

    @Test
    void anAnswerThatSuggestsNothingHasNone() throws IOException {
        assertThat(proposals("Nothing.").path("data")).isEmpty();
    }
}
