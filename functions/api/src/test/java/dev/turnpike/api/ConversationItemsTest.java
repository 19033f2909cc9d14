package dev.turnpike.api;

import static dev.turnpike.api.ConversationsTest.ids;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.ScriptedModel.Script;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// `/v1/conversations/{id}/items` and what is below.
class ConversationItemsTest {
    private final Bench bench = new Bench(CountedTool.readOnly("look"));
    private String conversation = "";
    private String items = "";

    @BeforeEach
    void begin() throws IOException {
        conversation = bench.post("/v1/conversations", "").json().path("id").asString();
        items = "/v1/conversations/" + conversation + "/items";
    }

    @AfterEach
    void whatIsStoredHoldsTogether() {
        Invariants.check(bench.work.store);
    }

    @Test
    void itemsAreShownAsTheyCame() throws IOException {
        Answer answer = bench.post(items, """
            {"items": [
             {"role": "user", "content": [{"type": "input_text", "text": "Look!"},
              {"type": "input_image", "image_url": "https://example.com/a.png", "detail": "low"}]},
             {"role": "developer", "content": "Be kind."},
             {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]},
             {"type": "function_call", "call_id": "c1", "name": "read", "arguments": "{}"},
             {"type": "function_call_output", "call_id": "c1", "output": "seen"},
             {"type": "mcp_call", "id": "m1", "server_label": "turnpike", "name": "look", "arguments": "{}", "output": "far"},
             {"type": "message", "role": "assistant", "status": "completed", "content": [
              {"type": "output_text", "text": "Yes.", "annotations": []}]}]}\
            """);

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        List<JsonNode> shown = answer.json().path("data").valueStream().toList();
        assertThat(shown)
                .extracting(each -> each.path("type").asString())
                .containsExactly(
                        "message",
                        "message",
                        "reasoning",
                        "function_call",
                        "function_call_output",
                        "mcp_call",
                        "message");
        assertThat(shown)
                .allSatisfy(each -> assertThat(each.path("status").asString()).isEqualTo("completed"));
        assertThat(shown.get(0).at("/content/0/type").asString()).isEqualTo("input_text");
        assertThat(shown.get(0).at("/content/1/image_url").asString()).isEqualTo("https://example.com/a.png");
        assertThat(shown.get(1).at("/content/0/text").asString()).isEqualTo("Be kind.");
        assertThat(shown.get(4).path("output").asString()).isEqualTo("seen");
        assertThat(shown.get(5).path("output").asString()).isEqualTo("far");
        assertThat(shown.get(6).at("/content/0/type").asString()).isEqualTo("output_text");
        assertThat(bench.get(items, Map.of("order", "asc")).body()).isEqualTo(answer.body());
        for (JsonNode each : shown) {
            assertThat(bench.get(items + "/" + each.path("id").asString()).json())
                    .isEqualTo(each);
        }
    }

    @Test
    void whatARunDidIsInItsConversation() throws IOException {
        bench.work.model.plays(Script.calls("look"), Script.says("Done."));
        Answer response = create("Go.");

        Answer list = bench.get(items);

        assertThat(list.json()
                        .path("data")
                        .valueStream()
                        .map(each -> each.path("type").asString()))
                .containsExactly("message", "mcp_call", "message");
        assertThat(list.json().path("data").get(0))
                .isEqualTo(response.json().path("output").get(1));
        assertThat(list.json().path("data").get(1))
                .isEqualTo(response.json().path("output").get(0));
        assertThat(list.json().at("/data/2/role").asString()).isEqualTo("user");
    }

    @ParameterizedTest
    @ValueSource(strings = {"asc", "desc"})
    void pagesFollowEachOtherWithoutGapOrRepetition(String order) throws IOException {
        bench.work.model.plays(Script.calls("look", "look", "look"), Script.says("Done."));
        create("Go.");
        for (int i = 0; i < 3; i++) {
            add("Message " + i);
        }
        Answer whole = bench.get(items, Map.of("order", order, "limit", "100"));
        assertThat(whole.json().path("data").size()).isEqualTo(8);

        for (int limit = 1; limit <= 9; limit++) {
            List<JsonNode> seen = new ArrayList<>();
            Map<String, String> query = new HashMap<>(Map.of("order", order, "limit", "" + limit));
            Answer page = bench.get(items, query);
            page.json().path("data").forEach(seen::add);
            while (page.json().path("has_more").asBoolean()) {
                assertThat(page.json().path("data").size()).isEqualTo(limit);
                query.put("after", page.json().path("last_id").asString());
                page = bench.get(items, query);
                page.json().path("data").forEach(seen::add);
            }
            assertThat(seen)
                    .as("pages of " + limit)
                    .isEqualTo(whole.json().path("data").valueStream().toList());
        }
    }

    @Test
    void theNewestTwentyComeFirst() throws IOException {
        for (int i = 0; i < 25; i++) {
            add("Message " + i);
        }
        Answer answer = bench.get(items, Map.of("include[]", "reasoning.encrypted_content", "zzz", "1"));
        assertThat(answer.json().path("data").size()).isEqualTo(20);
        assertThat(answer.json().at("/data/0/content/0/text").asString()).isEqualTo("Message 24");
        assertThat(answer.json().path("has_more").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        limit | 0       | integer_below_min_value
        limit | 101     | integer_above_max_value
        limit | many    | invalid_type
        order | up      | invalid_value
        order | ``      | invalid_value
        after | msg_1   | invalid_value
        after | ``      | invalid_value
        """)
    void aPageThatCantBeIsRefusedBeforeAnythingIsLookedFor(String name, String value, String code) throws IOException {
        for (String path : List.of(items, "/v1/conversations/conv_unknown/items", "/v1/responses/resp_1/input_items")) {
            Answer answer = bench.get(path, Map.of(name, value));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.code()).isEqualTo(code);
            assertThat(answer.error().path("param").asString()).isEqualTo(name);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {}                                        | missing_required_parameter | items
        {"items":[]}                              | empty_array                | items
        {"items":{}}                              | invalid_type               | items
        {"items":[{"role":"user"}]}               | missing_required_parameter | items[0].content
        {"items":[{"id":"msg_1"}]}                | unsupported_value          | items[0].type
        {"items":[{"role":"user","content":"x"}],"x":1} | unknown_parameter    | x
        [                                         | invalid_json               |
        """)
    void whatCantBeAddedIsRefused(String body, String code, String param) throws IOException {
        for (String path : List.of(items, "/v1/conversations/conv_unknown/items")) {
            Answer answer = bench.post(path, body);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.code()).isEqualTo(code);
            assertThat(answer.error().path("param").asString(null)).isEqualTo(param);
        }
        assertThat(bench.get(items).json().path("data")).isEmpty();
    }

    @Test
    void twentyItemsAreAddedAtOnceAndNoMore() throws IOException {
        String item = "{\"role\":\"user\",\"content\":\"x\"}";
        String twenty = String.join(",", java.util.Collections.nCopies(20, item));
        assertThat(bench.post(items, "{\"items\":[" + twenty + "]}")
                        .json()
                        .path("data")
                        .size())
                .isEqualTo(20);
        Answer answer = bench.post(items, "{\"items\":[" + twenty + "," + item + "]}");
        assertThat(answer.code()).isEqualTo("array_above_max_length");
        assertThat(answer.error().path("param").asString()).isEqualTo("items");
    }

    @Test
    @DisplayName("Row 39: items that are too large are refused")
    void itemsThatAreTooLargeAreRefused() throws IOException {
        var text = new StringBuilder();
        new java.util.Random(5).ints(5_000_000, 97, 123).forEach(c -> text.append((char) c));
        Answer answer = bench.post(
                items,
                "{\"items\":[{\"role\":\"user\",\"content\":\"" + text + "\"}," + "{\"role\":\"user\",\"content\":\""
                        + text.reverse().substring(0, 2_900_000) + "\"}]}");
        assertThat(answer.status()).isEqualTo(413);
        assertThat(bench.get(items).json().path("data")).isEmpty();
    }

    @Test
    void aResultIsAddedToACallThatIsOpen() throws IOException {
        bench.post(items, """
            {"items": [{"type": "function_call", "call_id": "c1", "name": "read", "arguments": "{}"}]}\
            """);
        String result = """
            {"items": [{"type": "function_call_output", "call_id": "c1", "output": "seen"}]}\
            """;
        assertThat(bench.post(items, result).status()).isEqualTo(200);
        Answer again = bench.post(items, result);
        assertThat(again.status()).isEqualTo(400);
        assertThat(again.message()).isEqualTo("No tool call found for function call output with call_id c1.");
    }

    @Test
    @DisplayName("Row 6: a busy conversation's items are not changed beside its run")
    void aBusyConversationIsLocked() throws IOException {
        String item = add("Stay.");
        bench.create("{\"model\":\"gpt-4o\",\"input\":\"Go\",\"background\":true,\"conversation\":\"" + conversation
                + "\"}");

        for (Answer answer : List.of(
                bench.post(items, "{\"items\":[{\"role\":\"user\",\"content\":\"x\"}]}"),
                bench.delete(items + "/" + item))) {
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.code()).isEqualTo("conversation_locked");
            assertThat(answer.header("x-should-retry")).isEqualTo("true");
        }
        bench.work.work();
        assertThat(bench.delete(items + "/" + item).status()).isEqualTo(200);
    }

    @Test
    void aDeletedItemIsShownToNobody() throws IOException {
        String secret = add("The secret is 42.");
        add("Hello.");

        Answer answer = bench.delete(items + "/" + secret);

        assertThat(answer.body())
                .isEqualTo(bench.get("/v1/conversations/" + conversation).body());
        assertThat(bench.get(items + "/" + secret).status()).isEqualTo(404);
        assertThat(bench.get(items + "/" + secret).message()).isEqualTo("Item with id '" + secret + "' not found.");
        assertThat(bench.delete(items + "/" + secret).status()).isEqualTo(404);
        assertThat(bench.get(items).body()).doesNotContain("42");
        assertThat(ids(bench.get(items, Map.of("order", "asc", "after", secret))))
                .hasSize(1);
        create("What is the secret?");
        assertThat(bench.work.model.requests().getLast().items()).hasSize(2);
        assertThat(bench.work.model.requests().getLast().toString()).doesNotContain("42");
    }

    @Test
    void aCallOfOursIsDeletedWithItsResultAndRunsNeverAgain() throws IOException {
        bench.work.model.plays(Script.calls("look", "look"), Script.says("Done."));
        Answer response = create("Go.");
        String id = response.json().at("/output/0/id").asString();
        String kept = response.json().at("/output/1/id").asString();

        assertThat(bench.delete(items + "/" + id).status()).isEqualTo(200);

        create("And now?");
        List<Item> shown = bench.work.model.requests().getLast().items();
        assertThat(shown.stream().filter(Item.ToolCall.class::isInstance)).hasSize(1);
        assertThat(shown.stream().filter(Item.ToolResult.class::isInstance)).hasSize(1);
        assertThat(ids(bench.get(items))).contains(kept).doesNotContain(id);
        Answer later = bench.get("/v1/responses/" + response.json().path("id").asString());
        assertThat(later.json().path("output").size()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aCallOfTheCallersAndItsResultAreDeletedTogether(int which) throws IOException {
        List<String> pair = ids(bench.post(items, """
            {"items": [{"type": "function_call", "call_id": "c1", "name": "read", "arguments": "{}"},
             {"type": "function_call_output", "call_id": "c1", "output": "seen"}]}\
            """));
        String other = add("Hello.");

        assertThat(bench.delete(items + "/" + pair.get(which)).status()).isEqualTo(200);

        assertThat(ids(bench.get(items))).containsExactly(other);
        assertThat(create("Go.").status()).isEqualTo(200);
    }

    @Test
    void anUnknownItemIsNotThere() throws IOException {
        String item = add("Hello.");
        String other = item.substring(0, item.length() - 1) + "z";
        bench.work.model.plays(Script.calls("look"), Script.says("Done."));
        create("Go.");
        String hidden = "fco_" + bench.work.store.runs().getFirst().key();
        for (String id : List.of(other, "msg_1", "x", hidden.substring(0, 30), "msg_9999999999" + "0".repeat(16))) {
            assertThat(bench.get(items + "/" + id).status()).isEqualTo(404);
            assertThat(bench.delete(items + "/" + id).status()).isEqualTo(404);
        }
        assertThat(ids(bench.get(items))).hasSize(4);
    }

    private Answer create(String input) throws IOException {
        return bench.create(
                "{\"model\":\"gpt-4o\",\"input\":\"" + input + "\",\"conversation\":\"" + conversation + "\"}");
    }

    private String add(String text) throws IOException {
        return ids(bench.post(items, "{\"items\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}"))
                .getFirst();
    }
}
