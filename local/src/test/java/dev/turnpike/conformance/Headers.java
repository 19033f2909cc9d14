package dev.turnpike.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.util.List;

/// Keys, and the headers of questions and answers.
final class Headers {
    private Headers() {}

    static List<Scenario> scenarios() {
        return List.of(
                new Scenario("no key", "is told before the body is read", wire -> {
                    HttpResponse<String> answer = wire.sendWithoutKey("POST", "/v1/responses", "{");
                    assertThat(answer.statusCode()).isEqualTo(401);
                    Case.isError(answer, "-", "-");
                }),
                new Scenario("wrong key", "is told before the body is read", wire -> {
                    HttpResponse<String> answer =
                            wire.sendWithoutKey("POST", "/v1/responses", "{", "Authorization", "Bearer sk-1");
                    assertThat(answer.statusCode()).isEqualTo(401);
                    Case.isError(answer, "invalid_api_key", "-");
                }),
                new Scenario("x-request-id", "is on every answer, and another each time", wire -> {
                    HttpResponse<String> one = wire.send("GET", "/v1/models", "");
                    HttpResponse<String> two = wire.send("GET", "/v1/models", "");
                    assertThat(one.headers().firstValue("x-request-id"))
                            .isPresent()
                            .isNotEqualTo(two.headers().firstValue("x-request-id"));
                }),
                new Scenario(
                        "x-client-request-id",
                        "comes back",
                        wire -> assertThat(wire.send("GET", "/v1/models", "", "X-Client-Request-Id", "mine-1")
                                        .headers()
                                        .firstValue("x-client-request-id"))
                                .contains("mine-1")),
                new Scenario("x-ratelimit-*", "is on what makes a run, and counts down", wire -> {
                    HttpHeaders one =
                            wire.send("POST", "/v1/responses", Wire.body("+{}")).headers();
                    HttpHeaders two =
                            wire.send("POST", "/v1/responses", Wire.body("+{}")).headers();
                    assertThat(one.firstValue("x-ratelimit-limit-requests")).contains("100000");
                    assertThat(one.firstValue("x-ratelimit-reset-requests").orElse(""))
                            .matches("(\\d+m)?\\d+s");
                    assertThat(two.firstValueAsLong("x-ratelimit-remaining-requests")
                                    .orElse(-1))
                            .isNotEqualTo(one.firstValueAsLong("x-ratelimit-remaining-requests")
                                    .orElse(-1))
                            .isBetween(0L, 99_999L);
                }),
                new Scenario("accept", "is not looked at", wire -> {
                    HttpResponse<String> answer = wire.send(
                            "POST", "/v1/responses", Wire.body("+{\"stream\":true}"), "Accept", "application/json");
                    assertThat(answer.headers().firstValue("content-type").orElse(""))
                            .startsWith("text/event-stream");
                }),
                new Scenario("content-type", "is JSON when nothing streams", wire -> {
                    HttpResponse<String> answer = wire.send("POST", "/v1/responses", Wire.body("+{}"));
                    assertThat(answer.headers().firstValue("content-type").orElse(""))
                            .startsWith("application/json");
                }),
                new Scenario("idempotency-key", "the same request is answered with the same response", wire -> {
                    String key = "k-" + System.nanoTime();
                    String one = wire.send("POST", "/v1/responses", Wire.body("+{}"), "Idempotency-Key", key)
                            .body();
                    String two = wire.send("POST", "/v1/responses", Wire.body("+{}"), "Idempotency-Key", key)
                            .body();
                    assertThat(Wire.MAPPER.readTree(two)).isEqualTo(Wire.MAPPER.readTree(one));
                }),
                new Scenario("idempotency-key", "another request under it is refused", wire -> {
                    String key = "k-" + System.nanoTime();
                    wire.send("POST", "/v1/responses", Wire.body("+{}"), "Idempotency-Key", key);
                    HttpResponse<String> other = wire.send(
                            "POST", "/v1/responses", Wire.body("+{\"input\":\"Other\"}"), "Idempotency-Key", key);
                    assertThat(other.statusCode()).isBetween(400, 499);
                }));
    }
}
