package dev.turnpike.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which operation serves what, and who may call it.
class RoutesTest {
    private final Bench bench = new Bench();

    @ParameterizedTest
    @CsvSource(textBlock = """
        GET,     /
        GET,     /v1
        GET,     /v1/nothing
        GET,     /v1/responses
        POST,    /v1/responses/
        GET,     /v1/responses/
        HEAD,    /v1/responses
        OPTIONS, /v1/responses
        POST,    /v1/responses/resp_1
        GET,     /v1/responses/resp_1/input_items
        GET,     /v1/responses/resp_1/cancel
        POST,    /v1/responses/resp_1/cancel/
        POST,    /v1/conversations/conv_1/cancel
        POST,    /V1/RESPONSES
        POST,    /v1//responses
        POST,    /v1/responses?stream=true
        POST,    /health
        GET,     /v1/../health
        DELETE,  /v1/responses/resp_1/cancel
        """)
    void anUnknownPathOrMethodIsAnInvalidUrl(String method, String path) throws IOException {
        Answer answer = bench.send(method, path, Map.of(), "{}");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.message()).isEqualTo("Invalid URL (" + method + " " + path + ")");
        assertThat(answer.error().path("type").asString()).isEqualTo("invalid_request_error");
    }

    @Test
    void aLongPathIsShownInPart() throws IOException {
        assertThat(bench.get("/" + "😀".repeat(5_000)).message())
                .hasSizeLessThan(150)
                .doesNotContain("\uFFFD");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        POST, /v1/responses
        GET,  /v1/responses/resp_1
        POST, /v1/conversations
        POST, /v1/responses/resp_1/cancel
        DELETE, /v1/conversations/conv_1
        GET,  /v1/models
        """)
    void aCallerIsToldApartBeforeAnythingElse(String method, String path) throws IOException {
        Answer none = bench.serve(new HttpRequest("r", method, path, Map.of(), Map.of(), "not json"));
        assertThat(none.status()).isEqualTo(401);
        assertThat(none.error().path("code").isNull()).isTrue();
        assertThat(none.message()).startsWith("You didn't provide an API key.");
        assertThat(bench.keys.asked).isZero();
        Answer wrong = bench.send(method, path, Map.of("authorization", "Bearer sk-wrong"), "not json");
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.code()).isEqualTo("invalid_api_key");
        assertThat(wrong.body()).doesNotContain("sk-wrong");
        assertThat(bench.keys.asked).isZero();
    }

    @ParameterizedTest
    @DisplayName("Row 8: keys of odd form are refused without a look-up")
    @ValueSource(strings = {"Bearer tp_dev_\n", "Bearer ' OR '1'='1", "", "Basic dXNlcjpwYXNz", "tp"})
    void keysOfOddFormAreRefused(String authorization) throws IOException {
        Answer answer = bench.send("POST", "/v1/responses", Map.of("authorization", authorization), "{}");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(bench.keys.asked).isZero();
    }

    @Test
    @DisplayName("Row 8: another key in x-api-key does not count beside a good one")
    void aKeyElsewhereDoesNotCount() throws IOException {
        assertThat(bench.send("GET", "/v1/models", Map.of("x-api-key", "tp_other"), "")
                        .status())
                .isEqualTo(200);
        Answer alone =
                bench.serve(new HttpRequest("r", "GET", "/v1/models", Map.of("x-api-key", "tp_other"), Map.of(), ""));
        assertThat(alone.status()).isEqualTo(401);
    }

    @Test
    void theModelsAreListed() throws IOException {
        Answer answer = bench.get("/v1/models");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("object").asString()).isEqualTo("list");
        assertThat(answer.json()
                        .path("data")
                        .valueStream()
                        .map(model -> model.path("id").asString()))
                .containsExactly("gpt-4o-mini", "gpt-4o");
        assertThat(answer.json().path("data").get(0).propertyNames())
                .containsExactlyInAnyOrder("id", "object", "created", "owned_by");
    }

    @Test
    void healthNeedsNoKey() throws IOException {
        Answer answer = bench.serve(new HttpRequest("r", "GET", "/health", Map.of(), Map.of(), ""));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"status\":\"ok\"}");
    }

    @Test
    void aConversationBeginsEmpty() throws IOException {
        for (String body : new String[] {"", " ", "{}", "{\"metadata\":{},\"items\":[]}", "{\"metadata\":null}"}) {
            Answer answer = bench.post("/v1/conversations", body);
            assertThat(answer.status()).as(body).isEqualTo(200);
            assertThat(answer.json().path("id").asString()).matches("conv_[0-9a-z]{26}");
            assertThat(answer.json().path("object").asString()).isEqualTo("conversation");
            assertThat(answer.json().path("metadata")).hasToString("{}");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"metadata":{"a":"b"}}            | unsupported_parameter
        {"items":[{"role":"user"}]}       | unsupported_parameter
        {"items":"hello"}                 | unsupported_parameter
        {"items":5}                       | unsupported_parameter
        {"zzz":true}                      | unsupported_parameter
        []                                | invalid_type
        "hello"                           | invalid_type
        5                                 | invalid_type
        {                                 | invalid_json
        """)
    void whatAConversationCantBeginWithIsRefused(String body, String code) throws IOException {
        Answer answer = bench.post("/v1/conversations", body);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo(code);
    }
}
