package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.Invariants;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// `/v1/conversations` and `/v1/conversations/{id}`.
class ConversationsTest {
    private final Bench bench = new Bench();

    @AfterEach
    void whatIsStoredHoldsTogether() {
        Invariants.check(bench.work.store);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{}", "{\"metadata\":{},\"items\":[]}", "{\"metadata\":null,\"items\":null}"})
    void aConversationBeginsEmpty(String body) throws IOException {
        Answer answer = bench.post("/v1/conversations", body);
        assertThat(answer.status()).as(body).isEqualTo(200);
        assertThat(answer.json().propertyNames()).containsExactly("id", "object", "created_at", "metadata");
        assertThat(answer.json().path("id").asString()).matches("conv_[0-9a-z]{26}");
        assertThat(answer.json().path("object").asString()).isEqualTo("conversation");
        assertThat(answer.json().path("metadata")).hasToString("{}");
        assertThat(bench.get("/v1/conversations/" + id(answer)).body()).isEqualTo(answer.body());
    }

    @Test
    void aConversationBeginsWithWhatAModelIsThenShown() throws IOException {
        String id = id(bench.post("/v1/conversations", """
            {"metadata": {"topic": "tolls"}, "items": [
             {"role": "user", "content": "My name is Ada."},
             {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"},
             {"type": "function_call_output", "call_id": "c1", "output": "seen"}]}\
            """));

        Answer answer =
                bench.create("{\"model\": \"gpt-4o\", \"input\": \"Who am I?\", \"conversation\": \"" + id + "\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().at("/conversation/id").asString()).isEqualTo(id);
        assertThat(bench.work.model.requests().getFirst().items()).hasSize(4);
        assertThat(bench.get("/v1/conversations/" + id)
                        .json()
                        .at("/metadata/topic")
                        .asString())
                .isEqualTo("tolls");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"metadata":5}                    | invalid_type               | metadata
        {"metadata":{"a":1}}              | invalid_type               | metadata.a
        {"metadata":{"a":null}}           | invalid_type               | metadata.a
        {"items":"hello"}                 | invalid_type               | items
        {"items":[5]}                     | invalid_type               | items[0]
        {"items":[{"role":"user"}]}       | missing_required_parameter | items[0].content
        {"items":[{"role":"boss","content":"x"}]}  | invalid_value     | items[0].role
        {"items":[{"type":"zzz"}]}        | invalid_value              | items[0].type
        {"zzz":true,"metadata":5}         | unknown_parameter          | zzz
        []                                | invalid_type               |
        "hello"                           | invalid_type               |
        5                                 | invalid_type               |
        {                                 | invalid_json               |
        """)
    void whatAConversationCantBeginWithIsRefused(String body, String code, String param) throws IOException {
        Answer answer = bench.post("/v1/conversations", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.error().path("param").asString(null)).isEqualTo(param);
        assertThat(bench.get("/v1/conversations").json().path("data")).isEmpty();
    }

    @Test
    void aResultWithoutItsCallIsRefused() throws IOException {
        Answer answer = bench.post(
                "/v1/conversations",
                "{\"items\":[{\"type\":\"function_call_output\",\"call_id\":\"c1\",\"output\":\"x\"}]}");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.message()).isEqualTo("No tool call found for function call output with call_id c1.");
        assertThat(answer.error().path("param").asString()).isEqualTo("items");
    }

    @Test
    void whatIsSaidOfAConversationHasItsLimits() throws IOException {
        String pairs = pairs(16);
        assertThat(bench.post("/v1/conversations", "{\"metadata\":{" + pairs + "}}")
                        .status())
                .isEqualTo(200);
        String most = "{\"metadata\":{\"" + "k".repeat(64) + "\":\"" + "v".repeat(512) + "\"}}";
        assertThat(bench.post("/v1/conversations", most).status()).isEqualTo(200);
        assertThat(bench.post("/v1/conversations", "{\"metadata\":{" + pairs(17) + "}}")
                        .code())
                .isEqualTo("object_above_max_properties");
        assertThat(bench.post("/v1/conversations", "{\"metadata\":{\"" + "k".repeat(65) + "\":\"\"}}")
                        .code())
                .isEqualTo("string_above_max_length");
        assertThat(bench.post("/v1/conversations", "{\"metadata\":{\"k\":\"" + "v".repeat(513) + "\"}}")
                        .code())
                .isEqualTo("string_above_max_length");
    }

    private static String pairs(int count) {
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pairs.add("\"k" + i + "\":\"v\"");
        }
        return String.join(",", pairs);
    }

    @Test
    void whatIsSaidOfAConversationIsReplaced() throws IOException {
        String id = id(bench.post("/v1/conversations", "{\"metadata\":{\"a\":\"1\",\"b\":\"2\"}}"));

        Answer answer = bench.post("/v1/conversations/" + id, "{\"metadata\":{\"b\":\"3\"}}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("metadata")).hasToString("{\"b\":\"3\"}");
        assertThat(bench.get("/v1/conversations/" + id).body()).isEqualTo(answer.body());
        assertThat(bench.post("/v1/conversations/" + id, "{\"metadata\":null}")
                        .json()
                        .path("metadata"))
                .hasToString("{}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {}                              | missing_required_parameter
        {"metadata":"x"}                | invalid_type
        {"metadata":{},"items":[]}      | unknown_parameter
        ``                              | invalid_json
        """)
    void aBadChangeIsRefusedBeforeTheConversationIsLookedFor(String body, String code) throws IOException {
        Answer answer = bench.post("/v1/conversations/conv_unknown", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo(code);
    }

    @Test
    void conversationsAreListedNewestFirst() throws IOException {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            bench.work.clock.advance(Duration.ofSeconds(1));
            made.addFirst(id(bench.post("/v1/conversations", "{\"metadata\":{\"n\":\"" + i + "\"}}")));
        }

        Answer all = bench.get("/v1/conversations");
        assertThat(all.json().propertyNames())
                .containsExactlyInAnyOrder("object", "data", "first_id", "last_id", "has_more");
        assertThat(ids(all)).isEqualTo(made);
        assertThat(all.json().path("has_more").asBoolean()).isFalse();
        assertThat(all.json().at("/data/0/metadata/n").asString()).isEqualTo("4");
        Answer first = bench.get("/v1/conversations", Map.of("limit", "2", "foo", "bar"));
        assertThat(ids(first)).isEqualTo(made.subList(0, 2));
        assertThat(first.json().path("has_more").asBoolean()).isTrue();
        assertThat(first.json().path("first_id").asString()).isEqualTo(made.get(0));
        assertThat(first.json().path("last_id").asString()).isEqualTo(made.get(1));
        assertThat(ids(bench.get("/v1/conversations", Map.of("limit", "3", "after", made.get(1)))))
                .isEqualTo(made.subList(2, 5));
        bench.delete("/v1/conversations/" + made.get(2));
        assertThat(ids(bench.get("/v1/conversations", Map.of("after", made.get(2)))))
                .isEqualTo(made.subList(3, 5));
    }

    @Test
    void anEmptyListHasNoIds() throws IOException {
        Answer answer = bench.get("/v1/conversations");
        assertThat(answer.body())
                .isEqualTo("{\"object\":\"list\",\"data\":[],\"first_id\":null,\"last_id\":null,\"has_more\":false}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        limit | 0       | integer_below_min_value
        limit | -5      | integer_below_min_value
        limit | 101     | integer_above_max_value
        limit | x       | invalid_type
        limit | ``      | invalid_type
        limit | 1.5     | invalid_type
        limit | 99999999999999 | invalid_type
        after | conv_1  | invalid_value
        after | resp_1  | invalid_value
        """)
    void aPageThatCantBeIsRefused(String name, String value, String code) throws IOException {
        Answer answer = bench.get("/v1/conversations", Map.of(name, value));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.error().path("param").asString()).isEqualTo(name);
    }

    @Test
    @DisplayName("Row 7: another tenant's conversation is answered like one that does not exist")
    void anotherTenantsConversationIsNotThere() throws IOException {
        Map<String, String> foreign = Map.of("authorization", bench.keyOf("tenant-2"));
        String id = id(bench.post("/v1/conversations", "{\"items\":[{\"role\":\"user\",\"content\":\"A secret.\"}]}"));
        String item = ids(bench.get("/v1/conversations/" + id + "/items")).getFirst();
        String unknown = "conv_" + "0".repeat(26);
        for (String[] call : new String[][] {
            {"GET", "", ""},
            {"POST", "", "{\"metadata\":{}}"},
            {"DELETE", "", ""},
            {"GET", "/items", ""},
            {"POST", "/items", "{\"items\":[{\"role\":\"user\",\"content\":\"x\"}]}"},
            {"GET", "/items/" + item, ""},
            {"DELETE", "/items/" + item, ""}
        }) {
            Answer theirs = bench.send(call[0], "/v1/conversations/" + id + call[1], foreign, call[2]);
            Answer none = bench.send(call[0], "/v1/conversations/" + unknown + call[1], foreign, call[2]);
            assertThat(theirs.status()).isEqualTo(404);
            assertThat(theirs.body().replace(id, unknown)).isEqualTo(none.body());
            assertThat(theirs.message()).isEqualTo("Conversation with id '" + id + "' not found.");
        }
        assertThat(bench.send("GET", "/v1/conversations", foreign, "").json().path("data"))
                .isEmpty();
        assertThat(ids(bench.get("/v1/conversations/" + id + "/items"))).containsExactly(item);
    }

    private static String id(Answer answer) {
        return answer.json().path("id").asString();
    }

    static List<String> ids(Answer list) {
        return list.json()
                .path("data")
                .valueStream()
                .map((JsonNode each) -> each.path("id").asString())
                .toList();
    }
}
