package dev.turnpike.api;

import static dev.turnpike.fake.ScriptedModel.Script.fails;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.run.RunStatus;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// `POST /v1/responses/compact`, and going on from what it gives.
class CompactResponseTest {
    private final Bench bench = new Bench();

    @Test
    void aConversationIsSummarisedAndTheCallersWordsAreKept() throws IOException {
        String first = create("\"input\":\"My name is Ada.\"").path("id").asString();
        bench.work.model.plays(says("She is Ada."));

        JsonNode compacted = compact("\"input\":\"I like tea.\",\"previous_response_id\":\"" + first + "\"")
                .json();

        assertThat(compacted.path("object").asString()).isEqualTo("response.compaction");
        assertThat(compacted.path("created_at").isInt()).isTrue();
        assertThat(compacted.path("output").size()).isEqualTo(3);
        assertThat(compacted.at("/output/0/content/0/text").asString()).isEqualTo("My name is Ada.");
        assertThat(compacted.at("/output/1/role").asString()).isEqualTo("user");
        assertThat(compacted.at("/output/2/type").asString()).isEqualTo("compaction");
        assertThat(compacted.at("/output/2/encrypted_content").asString()).isNotEmpty();
        assertThat(compacted.at("/usage/total_tokens").asInt()).isEqualTo(120);
        assertThat(compacted.at("/turnpike/cost_usd").isNumber()).isTrue();
    }

    @Test
    void whatItGivesIsTheNextInput() throws IOException {
        bench.work.model.plays(says("She is Ada."), says("Hello Ada."));
        JsonNode compacted = compact("\"input\":\"My name is Ada.\"").json();
        String output = compacted.path("output").toString();

        create("\"input\":" + output.substring(0, output.length() - 1)
                + ",{\"role\":\"user\",\"content\":\"Who am I?\"}]");

        assertThat(bench.work.model.requests().getLast().items())
                .extracting(item -> item.getClass().getSimpleName())
                .containsExactly("Compaction", "Message", "Message");
        assertThat(((Item.Compaction)
                                bench.work.model.requests().getLast().items().getFirst())
                        .summary())
                .isEqualTo("She is Ada.");
    }

    @Test
    void itIsNoResponse() throws IOException {
        String id = compact("\"input\":\"Hello\"").json().path("id").asString();

        assertThat(bench.get("/v1/responses/" + id).status()).isEqualTo(404);
        assertThat(bench.create("{\"model\":\"gpt-4o\",\"input\":\"x\",\"previous_response_id\":\"" + id + "\"}")
                        .code())
                .isEqualTo("previous_response_not_found");
    }

    @Test
    void theConversationThatItReadGoesOnAsItWas() throws IOException {
        String first = create("\"input\":\"My name is Ada.\"").path("id").asString();
        compact("\"previous_response_id\":\"" + first + "\"");

        create("\"input\":\"Who am I?\",\"previous_response_id\":\"" + first + "\"");

        assertThat(bench.work.model.requests().getLast().items())
                .hasSize(3)
                .noneMatch(Item.Compaction.class::isInstance);
    }

    @Test
    void theSameKeyGivesTheSameSummaryAndPaysOnce() throws IOException {
        var headers = Map.of("authorization", bench.keyOf("tenant-1"), "idempotency-key", "k-1");
        String body = "{\"model\":\"gpt-4o\",\"input\":\"Hello\"}";
        JsonNode first =
                bench.send("POST", "/v1/responses/compact", headers, body).json();

        JsonNode again =
                bench.send("POST", "/v1/responses/compact", headers, body).json();

        assertThat(again).isEqualTo(first);
        assertThat(bench.work.model.requests()).hasSize(1);
    }

    @Test
    void aKeyOfAResponseIsNoneOfASummary() throws IOException {
        var headers = Map.of("authorization", bench.keyOf("tenant-1"), "idempotency-key", "k-1");
        String body = "{\"model\":\"gpt-4o\",\"input\":\"Hello\"}";
        bench.send("POST", "/v1/responses", headers, body);

        assertThat(bench.send("POST", "/v1/responses/compact", headers, body).status())
                .isBetween(400, 499);
    }

    @Test
    @DisplayName(
            "Row 40: when the table fails under it, the summary is made all the same, and nobody asks again by itself")
    void row40WhenTheTableFails() throws IOException {
        bench.work.calls.hitNext("commit", Fault.REFUSED);

        Answer answer = compact("\"input\":\"Hello\"");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("x-should-retry")).isEqualTo("false");
        bench.work.recover();
        assertThat(bench.work.only().status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void aModelThatFailsIsToldAsAnError() throws IOException {
        bench.work.model.plays(fails(Kind.UNAVAILABLE));

        Answer answer = compact("\"input\":\"Hello\"");

        assertThat(answer.status()).isGreaterThanOrEqualTo(500);
        assertThat(answer.code()).isEqualTo("upstream_error");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"model":"gpt-4o"}                                             | 400 | missing_required_parameter
        {}                                                             | 400 | missing_required_parameter
        {"model":"gpt-4o","input":""}                                  | 400 | missing_required_parameter
        {"model":"claude","input":"x"}                                 | 400 | model_not_found
        {"model":"gpt-4o","input":"x","stream":true}                   | 400 | unknown_parameter
        {"model":"gpt-4o","input":"x","tools":[]}                      | 400 | unknown_parameter
        {"model":"gpt-4o","input":"x","previous_response_id":"resp_1"} | 400 | previous_response_not_found
        """)
    void whatCantBeSummarisedIsRefused(String body, int status, String code) throws IOException {
        Answer answer = bench.post("/v1/responses/compact", body);
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.code()).isEqualTo(code);
    }

    @Test
    void aStreamShowsTheSummaryBeforeTheAnswer() throws IOException {
        String first =
                create("\"input\":\"" + "x".repeat(1_500) + "\"").path("id").asString();

        Answer stream =
                bench.create("{\"model\":\"gpt-4o\",\"stream\":true,\"input\":\"Go on.\",\"previous_response_id\":\""
                        + first + "\",\"context_management\":[{\"type\":\"compaction\",\"compact_threshold\":1000}]}");

        assertThat(stream.body())
                .containsSubsequence(
                        "response.in_progress",
                        "response.output_item.added",
                        "\"type\":\"compaction\"",
                        "response.output_item.done",
                        "response.output_text.delta",
                        "response.completed");
    }

    private Answer compact(String fields) throws IOException {
        return bench.post("/v1/responses/compact", "{\"model\":\"gpt-4o\"," + fields + "}");
    }

    private JsonNode create(String fields) throws IOException {
        Answer answer = bench.create("{\"model\":\"gpt-4o\"," + fields + "}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return answer.json();
    }
}
