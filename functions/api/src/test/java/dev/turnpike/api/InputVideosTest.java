package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Part;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Videos that callers send along, on both wires.
class InputVideosTest {
    private static final String VIDEO = "data:video/mp4;base64,AAAAGGZ0eXBtcDQy";
    private static final String LINK = "https://example.com/a.webm";

    private final Bench bench = new Bench();

    @ParameterizedTest
    @ValueSource(strings = {VIDEO, LINK})
    void aVideoIsKeptListedAndShownToTheModel(String url) throws IOException {
        JsonNode response = respond("gpt-4o", url).json();

        assertThat(shown()).containsExactly(new Part.Video(url));
        String input = "/v1/responses/" + response.path("id").asString() + "/input_items";
        assertThat(bench.get(input).json().at("/data/0/content/0")).isEqualTo(Bench.MAPPER.readTree(part(url)));
    }

    @Test
    void aCompletionTakesVideosToo() throws IOException {
        Answer answer = complete("gpt-4o", VIDEO);

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(shown()).containsExactly(new Part.Video(VIDEO));
    }

    @Test
    void aStreamedResponseTakesVideosToo() throws IOException {
        Answer answer = bench.create("{\"model\":\"gpt-4o\",\"stream\":true,\"input\":[{\"role\":\"user\",\"content\":["
                + part(LINK) + "]}]}");

        assertThat(answer.body()).contains("response.completed");
        assertThat(shown()).containsExactly(new Part.Video(LINK));
    }

    @Test
    void aConversationKeepsVideos() throws IOException {
        String item = "{\"role\":\"user\",\"content\":[" + part(VIDEO) + "]}";
        String id = bench.post("/v1/conversations", "{\"items\":[" + item + "]}")
                .json()
                .path("id")
                .asString();

        assertThat(bench.get("/v1/conversations/" + id + "/items").json().at("/data/0/content/0"))
                .isEqualTo(Bench.MAPPER.readTree(part(VIDEO)));
    }

    @Test
    void aVideoIsRefusedForAModelThatSeesNone() throws IOException {
        for (Answer answer : new Answer[] {respond("gpt-3.5", VIDEO), complete("gpt-3.5", LINK)}) {
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.code()).isEqualTo("media_error");
            assertThat(answer.body()).contains("gpt-3.5");
        }
        assertThat(bench.work.model.requests()).isEmpty();
    }

    @Test
    void whatIsNoVideoIsNamedByItsPlace() throws IOException {
        Answer answer = respond("gpt-4o", "data:video/mp4;base64,iVBORw0KGgo=");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("media_error");
        assertThat(answer.json().at("/error/param").asString()).isEqualTo("input[0].content[0].video_url");
    }

    private Answer respond(String model, String url) throws IOException {
        return bench.create(
                "{\"model\":\"" + model + "\",\"input\":[{\"role\":\"user\",\"content\":[" + part(url) + "]}]}");
    }

    private Answer complete(String model, String url) throws IOException {
        return bench.complete("{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":["
                + "{\"type\":\"video_url\",\"video_url\":{\"url\":\"" + url + "\"}}]}]}");
    }

    private static String part(String url) {
        return "{\"type\":\"input_video\",\"video_url\":\"" + url + "\"}";
    }

    private Iterable<Part> shown() {
        return ((Item.Message) bench.work.model.requests().getLast().items().getLast()).parts();
    }
}
