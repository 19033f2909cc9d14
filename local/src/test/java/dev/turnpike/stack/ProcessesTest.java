package dev.turnpike.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Runs the very zips that are deployed. `mvn verify` makes them first; a build that stops before that skips this.
@Timeout(120)
class ProcessesTest {
    private static final JsonMapper MAPPER = new JsonMapper();

    @Test
    void functionsServeFromTheirZipsAndOneThatIsKilledIsReplaced() throws Exception {
        StackOptions options =
                StackOptions.defaults().withProcesses().withEnvironments(2).withReaperEvery(Duration.ofHours(1));
        assumeThat(zip(options, "api")).exists();
        try (Stack stack = Stack.start(options);
                HttpClient client = HttpClient.newHttpClient()) {
            JsonNode queued =
                    post(client, stack, "{\"model\":\"demo\",\"background\":true,\"input\":\"What is 12 * 34?\"}");
            assertThat(finished(client, stack, queued.path("id").asString()).toString())
                    .contains("408");

            InputStream stream = client.send(
                            request(stack, "/v1/responses")
                                    .POST(BodyPublishers.ofString(
                                            "{\"model\":\"demo\",\"stream\":true,\"input\":\"[words: 2000]\"}"))
                                    .build(),
                            BodyHandlers.ofInputStream())
                    .body();
            assertThat(stream.read()).isEqualTo('e');
            // Its class comes behind a list of jars that is too long to be told of.
            kill("/api/lib/turnpike.jar");
            assertThatThrownBy(stream::readAllBytes).isInstanceOf(IOException.class);
            assertThat(post(client, stack, "{\"model\":\"demo\",\"input\":\"Hello\"}")
                            .path("status")
                            .asString())
                    .isEqualTo("completed");
            stack.reap();
        }
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .noneMatch(ProcessesTest::isOurs);
    }

    private static Path zip(StackOptions options, String function) {
        return options.running().root().resolve("functions/%s/target/function.zip".formatted(function));
    }

    private static void kill(String name) {
        ProcessHandle.current()
                .children()
                .filter(child -> child.info().commandLine().orElse("").contains(name))
                .forEach(ProcessHandle::destroyForcibly);
    }

    private static boolean isOurs(ProcessHandle child) {
        return child.info().commandLine().orElse("").contains("turnpike-functions-");
    }

    private static JsonNode finished(HttpClient client, Stack stack, String id) throws Exception {
        JsonNode response;
        do {
            response = MAPPER.readTree(
                    client.send(request(stack, "/v1/responses/" + id).build(), BodyHandlers.ofString())
                            .body());
        } while (!response.path("status").asString().equals("completed"));
        return response;
    }

    private static JsonNode post(HttpClient client, Stack stack, String body) throws Exception {
        HttpResponse<String> response = client.send(
                request(stack, "/v1/responses")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return MAPPER.readTree(response.body());
    }

    private static HttpRequest.Builder request(Stack stack, String path) {
        URI uri = stack.url().resolve(path);
        return HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + stack.apiKey());
    }
}
