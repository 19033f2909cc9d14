package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import dev.turnpike.fake.ScriptedModel.Script;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ToolOutputPartsTest {
    private static final String PARTS = "[{\"type\":\"input_text\",\"text\":\"A cat.\"},"
            + "{\"type\":\"input_image\",\"image_url\":\"https://x.test/cat\",\"detail\":\"low\"}]";

    private final Bench bench = new Bench();

    @Test
    void aToolsOutputInPartsIsKeptListedAndShownToTheModel() throws IOException {
        bench.work.model.plays(Script.calls("draw"), Script.says("A fine cat."));
        JsonNode asked = bench.create("{\"model\":\"gpt-4o-mini\",\"input\":\"Draw.\","
                        + "\"tools\":[{\"type\":\"function\",\"name\":\"draw\"}]}")
                .json();
        String call = asked.at("/output/0/call_id").asString();

        JsonNode response = bench.create("{\"model\":\"gpt-4o-mini\",\"previous_response_id\":\""
                        + asked.path("id").asString()
                        + "\",\"input\":[{\"type\":\"function_call_output\",\"call_id\":\"" + call + "\",\"output\":"
                        + PARTS + "}]}")
                .json();

        assertThat(response.path("status").asString()).isEqualTo("completed");
        assertThat(bench.work.model.requests().getLast().items().getLast())
                .isInstanceOfSatisfying(Item.ToolResult.class, result -> {
                    assertThat(result.output()).isEqualTo("A cat.");
                    assertThat(result.parts()).hasSize(2);
                });
        String input = "/v1/responses/" + response.path("id").asString() + "/input_items";
        assertThat(bench.get(input).json().at("/data/0/output")).isEqualTo(Bench.MAPPER.readTree(PARTS));
    }
}
