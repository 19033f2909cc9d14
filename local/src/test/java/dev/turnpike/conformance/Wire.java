package dev.turnpike.conformance;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Speaks HTTP, and nothing above it.
final class Wire implements AutoCloseable {
    static final JsonMapper MAPPER = new JsonMapper();

    private final URI url;
    private final String key;
    private final HttpClient http = HttpClient.newHttpClient();

    Wire(URI url, String key) {
        this.url = url;
        this.key = key;
    }

    HttpResponse<String> send(String method, String path, String body, String... headers) {
        var request = HttpRequest.newBuilder(url.resolve(path)).header("Authorization", "Bearer " + key);
        return send(request, method, body, headers);
    }

    HttpResponse<String> sendWithoutKey(String method, String path, String body, String... headers) {
        return send(HttpRequest.newBuilder(url.resolve(path)), method, body, headers);
    }

    private HttpResponse<String> send(HttpRequest.Builder request, String method, String body, String... headers) {
        if (headers.length > 0) {
            request.headers(headers);
        }
        request.method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException broken) {
            throw new AssertionError("the endpoint broke off", broken);
        } catch (InterruptedException stopped) {
            throw new AssertionError("the test was interrupted", stopped);
        }
    }

    /// What goes on in the background must not be taken for what the next case does.
    void awaitBackground(HttpResponse<String> answer) {
        JsonNode made = MAPPER.readTree(answer.body());
        while (made.path("background").asBoolean(false)
                && List.of("queued", "in_progress").contains(made.path("status").asString())) {
            made = ok("GET", "/v1/responses/" + made.path("id").asString(), "");
        }
    }

    /// @throws AssertionError unless it answers 200
    JsonNode ok(String method, String path, String body) {
        HttpResponse<String> answer = send(method, path, body);
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
        return MAPPER.readTree(answer.body());
    }

    JsonNode create(String fields) {
        return ok("POST", "/v1/responses", body(fields));
    }

    /// A small request for a response with these fields added.
    static String body(String fields) {
        return Case.merged("{\"model\":\"gpt-4o-mini\",\"input\":\"Hello\"}", fields);
    }

    /// @param name of its `event:` line; empty without one
    record Event(String name, JsonNode json) {
        String type() {
            return json.path("type").asString("");
        }
    }

    /// The events of a stream but its end mark, which must be there.
    List<Event> stream(String path, String body) {
        HttpResponse<String> answer = send(body.isEmpty() ? "GET" : "POST", path, body);
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
        return events(answer.body());
    }

    static List<Event> events(String text) {
        List<Event> events = new ArrayList<>();
        boolean done = false;
        for (String block : text.split("\n\n", -1)) {
            String name = "";
            for (String line : block.split("\n", -1)) {
                if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.equals("data: [DONE]")) {
                    done = true;
                } else if (line.startsWith("data: ")) {
                    if (done) {
                        throw new AssertionError("an event after the end mark");
                    }
                    events.add(new Event(name, MAPPER.readTree(line.substring(6))));
                }
            }
        }
        if (!done) {
            throw new AssertionError("no end mark: " + text);
        }
        return events;
    }

    @Override
    public void close() {
        http.close();
    }
}
