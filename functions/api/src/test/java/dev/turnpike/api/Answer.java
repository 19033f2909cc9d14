package dev.turnpike.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// An answer taken apart as API Gateway does.
///
/// @param prelude status and headers
record Answer(JsonNode prelude, String body) {
    static Answer read(byte[] bytes) {
        int zeros = 0;
        int at = 0;
        while (zeros < 8 && at < bytes.length) {
            zeros = bytes[at++] == 0 ? zeros + 1 : 0;
        }
        assertThat(zeros).as("the eight NUL bytes after the prelude").isEqualTo(8);
        String prelude = new String(bytes, 0, at - 8, UTF_8);
        String body = new String(bytes, at, bytes.length - at, UTF_8);
        return new Answer(Bench.MAPPER.readTree(prelude), body);
    }

    int status() {
        return prelude.path("statusCode").asInt();
    }

    String header(String name) {
        return prelude.path("headers").path(name).asString("");
    }

    Map<String, String> headers() {
        Map<String, String> headers = new HashMap<>();
        prelude.path("headers")
                .properties()
                .forEach(
                        header -> headers.put(header.getKey(), header.getValue().asString()));
        return headers;
    }

    JsonNode json() {
        return Bench.MAPPER.readTree(body);
    }

    JsonNode error() {
        assertThat(json().propertyNames()).containsExactly("error");
        JsonNode error = json().path("error");
        assertThat(error.propertyNames())
                .contains("message", "type", "param", "code")
                .isSubsetOf("message", "type", "param", "code", "details");
        return error;
    }

    String code() {
        return error().path("code").asString("");
    }

    String message() {
        return error().path("message").asString();
    }

    List<JsonNode> events() {
        List<JsonNode> events = new ArrayList<>();
        body.lines()
                .filter(line -> line.startsWith("data: {"))
                .forEach(line -> events.add(Bench.MAPPER.readTree(line.substring(6))));
        return events;
    }

    List<String> eventTypes() {
        return events().stream().map(event -> event.path("type").asString()).toList();
    }

    boolean hasEnded() {
        return body.endsWith("data: [DONE]\n\n");
    }
}
