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
        POST,    /v1/responses/resp_1/input_items
        GET,     /v1/responses/resp_1/input_items/item_1
        GET,     /v1/responses/resp_1/items
        PUT,     /v1/conversations/conv_1
        DELETE,  /v1/conversations
        DELETE,  /v1/conversations/conv_1/items
        POST,    /v1/conversations/conv_1/items/msg_1
        GET,     /v1/conversations/conv_1/items/msg_1/parts
        GET,     /v1/models/
        DELETE,  /v1/models/gpt-4o
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
    void aCallersOwnRequestIdComesBackOnEveryAnswer() throws IOException {
        Map<String, String> named = Map.of("x-client-request-id", "mine-1");
        for (String path : new String[] {"/v1/models", "/v1/nothing", "/health"}) {
            Answer answer = bench.send("GET", path, named, "");
            assertThat(answer.header("x-client-request-id")).isEqualTo("mine-1");
            assertThat(answer.header("x-request-id")).isEqualTo("request-1");
            assertThat(answer.header("openai-processing-ms")).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"größe", "a\r\nset-cookie: b", "513"})
    void oneThatIsNoneIsRefusedAndNotRepeated(String id) throws IOException {
        String sent = id.equals("513") ? "a".repeat(513) : id;
        Answer answer = bench.send("GET", "/v1/models", Map.of("x-client-request-id", sent), "");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("invalid_value");
        assertThat(answer.headers()).doesNotContainKey("x-client-request-id");
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
        DELETE, /v1/responses/resp_1
        GET,  /v1/responses/resp_1/input_items
        POST, /v1/responses/input_tokens
        POST, /v1/responses/compact
        GET,  /v1/conversations
        GET,  /v1/conversations/conv_1
        POST, /v1/conversations/conv_1
        DELETE, /v1/conversations/conv_1
        GET,  /v1/conversations/conv_1/items
        POST, /v1/conversations/conv_1/items
        GET,  /v1/conversations/conv_1/items/msg_1
        DELETE, /v1/conversations/conv_1/items/msg_1
        GET,  /v1/models
        GET,  /v1/models/gpt-4o
        """)
    void aCallerIsToldApartBeforeAnythingElse(String method, String path) throws IOException {
        Answer none = bench.serve(new HttpRequest("r", "192.0.2.1", method, path, Map.of(), Map.of(), "not json"));
        assertThat(none.status()).isEqualTo(401);
        assertThat(none.error().path("code").isNull()).isTrue();
        assertThat(none.message()).startsWith("You didn't provide an API key.");
        assertThat(bench.access.calls).doesNotContain("find key", "count key");
        Answer wrong = bench.send(method, path, Map.of("authorization", "Bearer sk-wrong"), "not json");
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.code()).isEqualTo("invalid_api_key");
        assertThat(wrong.body()).doesNotContain("sk-wrong");
        assertThat(bench.access.calls).doesNotContain("find key", "count key");
    }

    @ParameterizedTest
    @DisplayName("Row 8: keys of odd form are refused without a look-up")
    @ValueSource(strings = {"Bearer tp_dev_\n", "Bearer ' OR '1'='1", "", "Basic dXNlcjpwYXNz", "tp"})
    void keysOfOddFormAreRefused(String authorization) throws IOException {
        Answer answer = bench.send("POST", "/v1/responses", Map.of("authorization", authorization), "{}");
        assertThat(answer.status()).isEqualTo(401);
        assertThat(bench.access.calls).doesNotContain("find key", "count key");
    }

    @Test
    @DisplayName("Row 8: two credentials are refused, whichever they are")
    void twoCredentialsAreRefused() throws IOException {
        for (String other : new String[] {"tp_other", bench.keyOf("tenant-2").substring(7)}) {
            Answer both = bench.send("GET", "/v1/models", Map.of("x-api-key", other), "");
            assertThat(both.status()).isEqualTo(400);
            assertThat(both.message()).contains("not in both");
        }
        assertThat(bench.access.calls).isEmpty();
    }

    @Test
    void aKeyMayComeInTheHeaderOfOtherVendors() throws IOException {
        String key = bench.keyOf("tenant-2").substring(7);
        assertThat(alone(key).status()).isEqualTo(200);
        assertThat(alone("tp_other").status()).isEqualTo(401);
    }

    private Answer alone(String apiKey) throws IOException {
        return bench.serve(
                new HttpRequest("r", "192.0.2.1", "GET", "/v1/models", Map.of("x-api-key", apiKey), Map.of(), ""));
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
        Answer answer = bench.serve(new HttpRequest("r", "192.0.2.1", "GET", "/health", Map.of(), Map.of(), ""));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"status\":\"ok\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-4o", "gpt-not-listed", "gpt-with%2Fslash", "gpt-with/slash"})
    void aModelThatRequestsMayNameIsThere(String model) throws IOException {
        Answer answer = bench.get("/v1/models/" + model);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("id").asString()).isEqualTo(model.replace("%2F", "/"));
        assertThat(answer.json().path("object").asString()).isEqualTo("model");
        assertThat(answer.json().propertyNames()).containsExactlyInAnyOrder("id", "object", "created", "owned_by");
    }

    @Test
    void anUnknownModelIsNotThere() throws IOException {
        Answer answer = bench.get("/v1/models/claude");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("model_not_found");
        assertThat(bench.get("/v1/models/%zz").status()).isEqualTo(404);
    }
}
