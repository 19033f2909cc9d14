package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.run.Run;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Ending runs and deleting conversations through the API.
class CancelResponseTest {
    private static final String LATER = "{\"model\": \"gpt-4o-mini\", \"input\": \"Hello\", \"background\": true}";

    private final Bench bench = new Bench();

    private Answer cancel(String id) throws IOException {
        return bench.post("/v1/responses/" + id + "/cancel", "");
    }

    @Test
    @DisplayName("Row 46: a background response that is cancelled is cancelled once")
    void aBackgroundResponseIsCancelledOnce() throws IOException {
        String id = bench.create(LATER).json().path("id").asString();

        assertThat(cancel(id).json().path("status").asString()).isEqualTo("cancelled");
        assertThat(cancel(id).json().path("status").asString()).isEqualTo("cancelled");
        bench.work.work();

        Answer now = bench.get("/v1/responses/" + id);
        assertThat(now.json().path("status").asString()).isEqualTo("cancelled");
        assertThat(now.json().path("output").isEmpty()).isTrue();
        assertThat(bench.work.model.requests()).isEmpty();
    }

    @Test
    void aResponseThatHasEndedStaysAsItIs() throws IOException {
        String id = bench.create(LATER).json().path("id").asString();
        bench.work.work();

        Answer answer = cancel(id);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("status").asString()).isEqualTo("completed");
        assertThat(answer.json().path("output").size()).isEqualTo(1);
    }

    @Test
    void aHolderWhoDoesNotNoticeInTimeIsNotWaitedForAnyLonger() throws IOException {
        String id = bench.create(LATER).json().path("id").asString();
        Run run = bench.work.only();
        Instant began = bench.work.clock.instant();
        bench.work.store.acquire(run.key(), 0, began, began.plusSeconds(100), "a worker that hangs");

        assertThat(cancel(id).json().path("status").asString()).isEqualTo("in_progress");

        assertThat(Duration.between(began, bench.work.clock.instant()))
                .isBetween(Duration.ofSeconds(8), Duration.ofSeconds(9));
        bench.work.recover();
        assertThat(bench.get("/v1/responses/" + id).json().path("status").asString())
                .isEqualTo("cancelled");
        assertThat(bench.work.model.requests()).isEmpty();
    }

    @Test
    void aSynchronousResponseCantBeCancelled() throws IOException {
        String id = bench.create("{\"model\": \"gpt-4o-mini\", \"input\": \"Hello\"}")
                .json()
                .path("id")
                .asString();

        Answer answer = cancel(id);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.message()).startsWith("Cannot cancel a synchronous response.");
    }

    @Test
    @DisplayName("Row 7: what is another tenant's can neither be cancelled nor deleted")
    void whatIsAnotherTenantsIsNotThere() throws IOException {
        var foreign = Map.of("authorization", bench.keyOf("tenant-2"));
        String id = bench.create(LATER).json().path("id").asString();
        String conversation = "conv_" + id.substring(5, 31);

        assertThat(bench.send("POST", "/v1/responses/" + id + "/cancel", foreign, "")
                        .status())
                .isEqualTo(404);
        assertThat(bench.send("DELETE", "/v1/conversations/" + conversation, foreign, "")
                        .status())
                .isEqualTo(404);

        assertThat(bench.get("/v1/responses/" + id).json().path("status").asString())
                .isEqualTo("queued");
        assertThat(cancel("resp_1").status()).isEqualTo(404);
    }

    @Test
    void aDeletedConversationIsGoneWithItsResponses() throws IOException {
        String id = bench.create(LATER).json().path("id").asString();
        String conversation = "conv_" + id.substring(5, 31);

        Answer answer = bench.send("DELETE", "/v1/conversations/" + conversation, Map.of(), "");

        assertThat(answer.json().path("object").asString()).isEqualTo("conversation.deleted");
        assertThat(answer.json().path("id").asString()).isEqualTo(conversation);
        assertThat(answer.json().path("deleted").asBoolean()).isTrue();
        assertThat(bench.get("/v1/responses/" + id).status()).isEqualTo(404);
        assertThat(bench.send("DELETE", "/v1/conversations/" + conversation, Map.of(), "")
                        .status())
                .isEqualTo(404);
        assertThat(bench.send("DELETE", "/v1/conversations/resp_1", Map.of(), "")
                        .status())
                .isEqualTo(404);
    }
}
