package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.CountedTool;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.UsageEstimate;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `POST /v1/responses/input_tokens`. The bench's counter takes each character for a token.
class CountInputTokensTest {
    private static final String TOOLS = ",\"tools\":[{\"type\":\"function\",\"name\":\"read\",\"parameters\":{}}]";

    private final Bench bench = new Bench(CountedTool.readOnly("look"));

    @Test
    void whatARequestWouldSendIsCounted() throws IOException {
        String first = create("\"input\":\"Hello\"").json().path("id").asString();
        String conversation =
                bench.post("/v1/conversations", "").json().path("id").asString();
        create("\"input\":\"Hello there\",\"conversation\":\"" + conversation + "\"");
        for (String request : new String[] {
            "\"input\":\"How are you?\"",
            "\"input\":\"How are you?\",\"instructions\":\"Be brief.\"",
            "\"input\":\"How are you?\"" + TOOLS,
            "\"input\":\"How are you?\",\"tools\":[]",
            "\"input\":\"How are you?\",\"previous_response_id\":\"" + first + "\"",
            "\"input\":\"How are you?\",\"conversation\":\"" + conversation + "\"",
            "\"conversation\":\"" + conversation + "\"",
        }) {
            int runs = bench.work.store.runs().size();
            Answer counted = bench.post("/v1/responses/input_tokens", "{\"model\":\"gpt-4o\"," + request + "}");

            assertThat(counted.status()).as(counted.body()).isEqualTo(200);
            assertThat(counted.json().path("object").asString()).isEqualTo("response.input_tokens");
            assertThat(bench.work.store.runs()).hasSize(runs);
            assertThat(bench.create("{\"model\":\"gpt-4o\",\"store\":false," + request + "}")
                            .status())
                    .isEqualTo(200);
            ModelRequest sent = bench.work.model.requests().getLast();
            assertThat(counted.json().path("input_tokens").asLong())
                    .as(request)
                    .isEqualTo(new UsageEstimate(String::length).of(sent, "").inputTokens())
                    .isPositive();
        }
    }

    @Test
    void aRequestNeedNotNameItsModel() throws IOException {
        Answer answer = bench.post("/v1/responses/input_tokens", """
            {"input": "Hello", "tools": [{"type": "mcp", "server_label": "turnpike", "allowed_tools": []}]}\
            """);
        assertThat(answer.json().path("input_tokens").asLong()).isEqualTo(3 + 4 + 5);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"model":"gpt-4o"}                            | 400 | missing_required_parameter
        {"model":"claude","input":"x"}                | 400 | model_not_found
        {"input":"x","stream":true}                   | 400 | unknown_parameter
        {"input":5}                                   | 400 | invalid_type
        {"input":"x","instructions":5}                | 400 | invalid_type
        {"input":"x","previous_response_id":"resp_1"} | 400 | previous_response_not_found
        {"input":"x","conversation":"conv_1"}         | 404 | ``
        []                                            | 400 | invalid_type
        {                                             | 400 | invalid_json
        """)
    void whatCantBeCountedIsRefused(String body, int status, String code) throws IOException {
        Answer answer = bench.post("/v1/responses/input_tokens", body);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
    }

    @Test
    @DisplayName("Row 7: another tenant's history can't be counted")
    void anotherTenantsHistoryIsNotThere() throws IOException {
        String id = create("\"input\":\"Hello\"").json().path("id").asString();
        String body = "{\"input\":\"x\",\"previous_response_id\":\"" + id + "\"}";
        var foreign = Map.of("authorization", bench.keyOf("tenant-2"));
        assertThat(bench.send("POST", "/v1/responses/input_tokens", foreign, body)
                        .code())
                .isEqualTo("previous_response_not_found");
    }

    private Answer create(String fields) throws IOException {
        return bench.create("{\"model\":\"gpt-4o\"," + fields + "}");
    }
}
