package dev.turnpike.api;

import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a browser is told of other origins. The bench allows `https://chat.*`.
class CorsTest {
    private static final String CHAT = "https://chat.example.com";

    private final Bench bench = new Bench();

    @Test
    void aBrowserThatAsksIsToldWhatItMaySend() throws IOException {
        Answer answer = preflight(CHAT, "authorization,x-stainless-os, content-type");

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.headers())
                .containsEntry("access-control-allow-origin", CHAT)
                .containsEntry("access-control-allow-methods", "GET, POST, DELETE")
                .containsEntry("access-control-allow-headers", "authorization,x-stainless-os, content-type")
                .containsEntry("vary", "origin")
                .doesNotContainKey("access-control-allow-credentials")
                .doesNotContainKey("content-type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nset-cookie: b", "*", "a b", "", "a,", "a;b"})
    void whatIsNoListOfHeadersIsNotRepeated(String names) throws IOException {
        assertThat(preflight(CHAT, names).headers())
                .containsEntry(
                        "access-control-allow-headers",
                        "authorization, content-type, idempotency-key, x-api-key, x-client-request-id");
    }

    @Test
    void answersStreamsAndErrorsMayBeReadThere() throws IOException {
        bench.work.model.plays(says("Hello"));
        String hello = "{\"model\": \"gpt-4o-mini\", \"input\": \"Hi\", \"stream\": true}";
        for (Answer answer : new Answer[] {
            bench.send("POST", "/v1/responses", Map.of("origin", CHAT), hello),
            bench.send("GET", "/v1/models", Map.of("origin", CHAT), ""),
            bench.send("GET", "/v1/responses/resp_1", Map.of("origin", CHAT), ""),
            bench.send("GET", "/v1/models", Map.of("origin", CHAT, "authorization", "Bearer wrong"), "")
        }) {
            assertThat(answer.headers())
                    .containsEntry("access-control-allow-origin", CHAT)
                    .containsEntry("vary", "origin")
                    .hasEntrySatisfying(
                            "access-control-expose-headers",
                            names -> assertThat(names).contains("x-request-id"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://evil.example.com", "null", "", "http://chat.example.com", "HTTPS://CHAT.example.com"})
    void otherOriginsAreToldNothing(String origin) throws IOException {
        assertThat(preflight(origin, "authorization").status()).isEqualTo(404);
        assertThat(bench.send("GET", "/v1/models", Map.of("origin", origin), "")
                        .headers()
                        .keySet())
                .noneMatch(name -> name.startsWith("access-control-"));
    }

    @Test
    void aWebSocketIsRefusedInWords() throws IOException {
        Answer answer = bench.send("GET", "/v1/responses", Map.of("upgrade", "WebSocket", "connection", "upgrade"), "");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("code").asString()).isEqualTo("websocket_not_supported");
        assertThat(bench.send("GET", "/v1/models", Map.of("upgrade", "h2c"), "").status())
                .isEqualTo(200);
    }

    private Answer preflight(String origin, String headers) throws IOException {
        return bench.send(
                "OPTIONS",
                "/v1/responses",
                Map.of(
                        "origin", origin,
                        "access-control-request-method", "POST",
                        "access-control-request-headers", headers),
                "");
    }
}
