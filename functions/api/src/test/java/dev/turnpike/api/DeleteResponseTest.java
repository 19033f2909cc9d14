package dev.turnpike.api;

import static dev.turnpike.api.ConversationsTest.ids;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.ScriptedModel.Script;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// `DELETE /v1/responses/{id}` and `GET /v1/responses/{id}/input_items`.
class DeleteResponseTest {
    private final Bench bench = new Bench(CountedTool.readOnly("look"));

    @AfterEach
    void whatIsStoredHoldsTogether() {
        Invariants.check(bench.work.store);
    }

    @Test
    void aDeletedResponseIsNowhere() throws IOException {
        bench.work.model.plays(Script.calls("look"), Script.says("Done."));
        String id = id(create("\"input\":\"Hello\""));

        Answer answer = bench.delete("/v1/responses/" + id);

        assertThat(answer.body()).isEqualTo("{\"id\":\"" + id + "\",\"object\":\"response\",\"deleted\":true}");
        for (Answer gone : new Answer[] {
            bench.get("/v1/responses/" + id),
            bench.get("/v1/responses/" + id + "/input_items"),
            bench.post("/v1/responses/" + id + "/cancel", ""),
            bench.delete("/v1/responses/" + id)
        }) {
            assertThat(gone.status()).isEqualTo(404);
            assertThat(gone.message()).isEqualTo("Response with id '" + id + "' not found.");
        }
        assertThat(bench.work.store.ledger()).hasSize(2);
        Answer next = create("\"input\":\"Again\",\"previous_response_id\":\"" + id + "\"");
        assertThat(next.code()).isEqualTo("previous_response_not_found");
    }

    @Test
    void whatWasBuiltOnADeletedResponseGoesOnWithoutIt() throws IOException {
        String first = id(create("\"input\":\"The secret is 42.\""));
        String second = id(create("\"input\":\"Hello\",\"previous_response_id\":\"" + first + "\""));
        String fork = id(create("\"input\":\"Elsewhere\",\"previous_response_id\":\"" + first + "\""));

        bench.delete("/v1/responses/" + first);

        for (String each : new String[] {second, fork}) {
            assertThat(bench.get("/v1/responses/" + each).status()).isEqualTo(200);
            Answer next = create("\"input\":\"More\",\"previous_response_id\":\"" + each + "\"");
            assertThat(next.json().path("status").asString()).isEqualTo("completed");
            assertThat(bench.work.model.requests().getLast().items()).hasSize(3);
            assertThat(bench.work.model.requests().getLast().toString()).doesNotContain("42");
        }
    }

    @Test
    void aConversationKeepsTheItemsOfADeletedResponse() throws IOException {
        String conversation = id(bench.post("/v1/conversations", ""));
        String id = id(create("\"input\":\"Hello\",\"conversation\":\"" + conversation + "\""));

        bench.delete("/v1/responses/" + id);

        assertThat(bench.get("/v1/responses/" + id).status()).isEqualTo(404);
        assertThat(ids(bench.get("/v1/conversations/" + conversation + "/items")))
                .hasSize(2);
        create("\"input\":\"More\",\"conversation\":{\"id\":\"" + conversation + "\"}");
        assertThat(bench.work.model.requests().getLast().items()).hasSize(3);
    }

    @Test
    void aResponseUnderWayCantBeDeleted() throws IOException {
        String id = id(create("\"input\":\"Hello\",\"background\":true"));

        Answer answer = bench.delete("/v1/responses/" + id);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("type").asString()).isEqualTo("invalid_request_error");
        assertThat(answer.message()).startsWith("Cannot delete a response that is still being made.");
        bench.work.work();
        assertThat(bench.delete("/v1/responses/" + id).status()).isEqualTo(200);
    }

    @Test
    @DisplayName("Row 7: another tenant's response can neither be deleted nor its input be read")
    void anotherTenantsResponseIsNotThere() throws IOException {
        Map<String, String> foreign = Map.of("authorization", bench.keyOf("tenant-2"));
        String id = id(create("\"input\":\"Hello\""));

        Answer deleted = bench.send("DELETE", "/v1/responses/" + id, foreign, "");
        Answer read = bench.send("GET", "/v1/responses/" + id + "/input_items", foreign, "");

        assertThat(deleted.status()).isEqualTo(404);
        assertThat(deleted.body()).isEqualTo(read.body());
        assertThat(bench.get("/v1/responses/" + id).status()).isEqualTo(200);
        assertThat(bench.delete("/v1/responses/resp_1").status()).isEqualTo(404);
    }

    @Test
    void aResponseThatWasNotStoredCantBeDeleted() throws IOException {
        String id = id(create("\"input\":\"Hello\",\"store\":false"));

        assertThat(bench.delete("/v1/responses/" + id).status()).isEqualTo(404);
    }

    @Test
    void theInputOfAResponseIsItsOwn() throws IOException {
        String first = id(create("\"input\":\"One\""));
        String second = id(create("\"previous_response_id\":\"" + first + "\",\"input\":["
                + "{\"role\":\"user\",\"content\":\"Two\"},{\"role\":\"user\",\"content\":\"Three\"}]"));
        String path = "/v1/responses/" + second + "/input_items";

        Answer newest = bench.get(path);
        Answer oldest = bench.get(path, Map.of("order", "asc", "limit", "1"));

        assertThat(newest.json().at("/data/0/content/0/text").asString()).isEqualTo("Three");
        assertThat(newest.json().at("/data/1/content/0/text").asString()).isEqualTo("Two");
        assertThat(newest.json().path("data").size()).isEqualTo(2);
        assertThat(newest.json().path("has_more").asBoolean()).isFalse();
        assertThat(oldest.json().at("/data/0/content/0/text").asString()).isEqualTo("Two");
        assertThat(oldest.json().path("has_more").asBoolean()).isTrue();
        Answer rest = bench.get(
                path,
                Map.of("order", "asc", "after", oldest.json().path("last_id").asString()));
        assertThat(ids(rest)).containsExactly(newest.json().path("first_id").asString());
    }

    @Test
    void theInputOfAResponseThatWaitsIsThere() throws IOException {
        String conversation = id(bench.post("/v1/conversations", ""));
        String here = ",\"background\":true,\"conversation\":\"" + conversation + "\"";
        create("\"input\":\"One\"" + here);
        String waiting = id(create("\"input\":[{\"role\":\"user\",\"content\":\"Two\"},"
                + "{\"role\":\"user\",\"content\":\"Three\"}]" + here));
        String path = "/v1/responses/" + waiting + "/input_items";

        Answer answer = bench.get(path, Map.of("limit", "1"));

        assertThat(answer.json().at("/data/0/content/0/text").asString()).isEqualTo("Three");
        assertThat(answer.json().path("has_more").asBoolean()).isTrue();
        Answer rest =
                bench.get(path, Map.of("after", answer.json().path("last_id").asString()));
        assertThat(rest.json().at("/data/0/content/0/text").asString()).isEqualTo("Two");
        bench.work.work();
        assertThat(ids(bench.get(path))).hasSize(2);
    }

    private Answer create(String fields) throws IOException {
        return bench.create("{\"model\":\"gpt-4o\"," + fields + "}");
    }

    private static String id(Answer answer) {
        return answer.json().path("id").asString();
    }
}
