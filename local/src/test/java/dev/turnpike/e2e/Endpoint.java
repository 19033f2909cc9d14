package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.canary.Canaries;
import dev.turnpike.stack.Stack;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The stack's HTTP endpoint, asked without any SDK.
final class Endpoint implements AutoCloseable {
    static final JsonMapper MAPPER = new JsonMapper();

    private final Stack stack;
    private final HttpClient http = HttpClient.newHttpClient();

    Endpoint(Stack stack) {
        this.stack = stack;
    }

    /// One event of a stream.
    ///
    /// @param name of its `event:` line, empty without one
    /// @param text of its `data:` line
    record Event(String name, String text) {
        JsonNode json() {
            return MAPPER.readTree(text);
        }
    }

    HttpResponse<String> post(String body) {
        return send(request("/v1/responses").POST(BodyPublishers.ofString(body)));
    }

    HttpResponse<String> get(String path) {
        return send(request(path));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        HttpResponse<String> response = exchange(request, BodyHandlers.ofString());
        Canaries.assertClean("an answer", response.headers() + response.body());
        return response;
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(stack.url().resolve(path)).header("Authorization", "Bearer " + stack.apiKey());
    }

    /// A response that must be made.
    JsonNode create(String body) {
        return ok(post(body));
    }

    JsonNode read(String responseId) {
        return ok(get("/v1/responses/" + responseId));
    }

    /// The response in its final state. Asks again and again: each answer takes the whole way through the stack.
    JsonNode finished(String responseId) {
        JsonNode response;
        do {
            response = read(responseId);
        } while (List.of("queued", "in_progress")
                .contains(response.path("status").asString()));
        return response;
    }

    /// @param seen is given each event as soon as it has arrived
    List<Event> stream(String body, Consumer<Event> seen) {
        HttpResponse<Stream<String>> response =
                exchange(request("/v1/responses").POST(BodyPublishers.ofString(body)), BodyHandlers.ofLines());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("text/event-stream");
        assertThat(response.headers().firstValue("x-request-id")).isPresent();
        List<Event> events = new ArrayList<>();
        try (Stream<String> lines = response.body()) {
            String name = "";
            for (Iterator<String> each = lines.iterator(); each.hasNext(); ) {
                String line = each.next();
                if (line.startsWith("event: ")) {
                    name = line.substring("event: ".length());
                } else if (line.startsWith("data: ")) {
                    Event event = new Event(name, line.substring("data: ".length()));
                    Canaries.assertClean("a stream", line);
                    events.add(event);
                    seen.accept(event);
                    name = "";
                }
            }
        }
        return events;
    }

    private static JsonNode ok(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return MAPPER.readTree(response.body());
    }

    private <T> HttpResponse<T> exchange(HttpRequest.Builder request, HttpResponse.BodyHandler<T> body) {
        try {
            return http.send(request.build(), body);
        } catch (IOException e) {
            throw new AssertionError("the endpoint broke off", e);
        } catch (InterruptedException e) {
            throw new AssertionError("the test was interrupted", e);
        }
    }

    /// All text of a response's messages.
    static String text(JsonNode response) {
        var text = new StringBuilder();
        for (JsonNode item : response.path("output")) {
            for (JsonNode part : item.path("content")) {
                text.append(part.path("text").asString(""));
            }
        }
        return text.toString();
    }

    @Override
    public void close() {
        http.close();
    }
}
