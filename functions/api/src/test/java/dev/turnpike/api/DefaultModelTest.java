package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DefaultModelTest {
    private static final String IMAGE = """
        [{"role": "user", "content": [{"type": "input_image", "image_url": "https://example.com/a.png"}]}]\
        """;
    private static final String CHAT_IMAGE = """
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]}]\
        """;

    private final Bench bench = new Bench();

    @ParameterizedTest
    @ValueSource(strings = {"{\"input\": \"Hello\"}", "{\"model\": null, \"input\": \"Hello\"}"})
    void aResponseWithoutAModelIsTheDefaultModels(String body) throws IOException {
        assertThat(model(bench.create(body))).isEqualTo("gpt-4o-mini");
    }

    @Test
    void imagesAreForTheVisionModelUnlessAModelIsNamed() throws IOException {
        assertThat(model(bench.create("{\"input\":" + IMAGE + "}"))).isEqualTo("gpt-4o");
        assertThat(model(bench.create("{\"model\":\"gpt-4.1\",\"input\":" + IMAGE + "}")))
                .isEqualTo("gpt-4.1");
    }

    @Test
    void aCompletionWithoutAModelIsTheDefaultModels() throws IOException {
        String hello = "[{\"role\":\"user\",\"content\":\"Hello\"}]";

        assertThat(model(bench.complete("{\"messages\":" + hello + "}"))).isEqualTo("gpt-4o-mini");
        assertThat(model(bench.complete("{\"messages\":" + CHAT_IMAGE + "}"))).isEqualTo("gpt-4o");
        assertThat(bench.complete("{\"stream\":true,\"messages\":" + hello + "}")
                        .body())
                .contains("\"model\":\"gpt-4o-mini\"");
    }

    @Test
    void whoGoesOnFromAResponseGoesOnWithItsModel() throws IOException {
        String first = id(bench.create("{\"model\":\"gpt-4.1\",\"input\":" + IMAGE + "}"));

        Answer second = bench.create("{\"input\":\"And now?\",\"previous_response_id\":\"" + first + "\"}");

        assertThat(model(second)).isEqualTo("gpt-4.1");
        assertThat(model(bench.create("{\"input\":" + IMAGE + ",\"previous_response_id\":\"" + id(second) + "\"}")))
                .isEqualTo("gpt-4o");
    }

    @Test
    void whoGoesOnInAConversationGoesOnWithTheModelOfItsLatestResponse() throws IOException {
        String conversation = id(bench.post("/v1/conversations", ""));
        String next = "{\"input\":\"Hello\",\"conversation\":\"" + conversation + "\"}";

        assertThat(model(bench.create(next))).isEqualTo("gpt-4o-mini");
        bench.create("{\"model\":\"gpt-4.1\",\"input\":\"Hello\",\"conversation\":\"" + conversation + "\"}");
        bench.post(
                "/v1/conversations/" + conversation + "/items",
                "{\"items\":[{\"role\":\"user\",\"content\":\"By the way\"}]}");

        assertThat(model(bench.create(next))).isEqualTo("gpt-4.1");
    }

    @Test
    void nothingIsToldOfAnotherTenantsResponse() throws IOException {
        String first = id(bench.create("{\"model\":\"gpt-4.1\",\"input\":\"Hello\"}"));
        String body = "{\"input\":\"And now?\",\"previous_response_id\":\"" + first + "\"}";
        var foreign = Map.of("authorization", bench.keyOf("tenant-2"));

        Answer refused = bench.send("POST", "/v1/responses", foreign, body);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.code()).isEqualTo("previous_response_not_found");
    }

    @Test
    void aSummaryIsTheWorkOfTheModelThatItGoesOnFrom() throws IOException {
        String first = id(bench.create("{\"model\":\"gpt-4.1\",\"input\":\"Hello\"}"));

        Answer answer = bench.post("/v1/responses/compact", "{\"previous_response_id\":\"" + first + "\"}");

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(bench.work.model.requests().getLast().model()).isEqualTo("gpt-4.1");
    }

    /// As the answer shows it, and as the provider was asked.
    private String model(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        String shown = answer.json().path("model").asString();
        assertThat(bench.work.model.requests().getLast().model()).isEqualTo(shown);
        return shown;
    }

    private static String id(Answer answer) {
        return answer.json().path("id").asString();
    }
}
