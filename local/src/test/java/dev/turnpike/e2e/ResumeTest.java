package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.api.ApiHandler;
import dev.turnpike.gateway.Gateway;
import dev.turnpike.local.Environments;
import dev.turnpike.local.LoopLauncher;
import dev.turnpike.run.RunRequest.Lane;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import dev.turnpike.wiring.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// Streams of background runs that are cut and go on, wherever.
@Timeout(120)
class ResumeTest {
    private static final int CUTS = 20;
    private static final long SEED = 20261124;
    private static final String END = "data: [DONE]";

    private static Stack stack;
    private static Endpoint endpoint;
    private static HttpClient http;

    @BeforeAll
    static void start() throws IOException {
        stack = Stack.start(StackOptions.defaults().withDemoPace(Duration.ofMillis(20)));
        endpoint = new Endpoint(stack);
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        http.close();
        endpoint.close();
        stack.close();
    }

    @Test
    void aStreamThatIsCutTwentyTimesIsTheUncutOne() throws Exception {
        var random = new Random(SEED);
        var cut = new Reader();
        cut.create("[words: 200]", 1 + random.nextInt(10));
        for (int i = 1; i < CUTS; i++) {
            cut.resume(stack.url(), 1 + random.nextInt(15));
        }
        cut.resume(stack.url(), Integer.MAX_VALUE);
        cut.assertIsTheUncutOne();
    }

    @Test
    void anotherInstanceOfTheApiGoesOnWithTheStream() throws Exception {
        var reader = new Reader();
        reader.create("[tool turns: 3] Go", 5);
        var environments = Environments.start(
                new LoopLauncher("api", new ApiHandler(Settings.from(environment()))), 4, Duration.ofMinutes(15));
        try (environments;
                var other = Gateway.start(0, environments)) {
            reader.resume(other.url(), 10);
            reader.resume(stack.url(), 3);
            reader.resume(other.url(), Integer.MAX_VALUE);
        }
        reader.assertIsTheUncutOne();
    }

    private static Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(stack.cloud().environment());
        environment.put("ENVIRONMENT", "local");
        environment.put("REQUESTS_PER_MINUTE", "0");
        environment.put("TABLE_NAME", stack.table());
        environment.put("STEPS_QUEUE_URL", stack.steps().url());
        environment.put("PRIORITY_STEPS_QUEUE_URL", stack.steps(Lane.PRIORITY).url());
        environment.put("FLEX_STEPS_QUEUE_URL", stack.steps(Lane.FLEX).url());
        environment.put("RESULTS_QUEUE_URL", stack.results().url());
        environment.put("PROVIDER_SECRET_ARN", "turnpike-provider");
        environment.put("ADMIN_SECRET_ARN", "turnpike-admin");
        return environment;
    }

    @Test
    @DisplayName("Row 19: an attempt that dies in mid-answer is void in the stream, and the next one ends it")
    void anAttemptThatDiesInMidStreamIsVoid() throws Exception {
        var reader = new Reader();
        reader.create("[cut x1] Go on", Integer.MAX_VALUE);
        reader.assertIsTheUncutOne();
        assertThat(reader.events.toString().split("event: response.in_progress", -1))
                .as("one for each of two attempts")
                .hasSize(3);
        String said = Endpoint.text(reader.response());
        String deltas = reader.deltas();
        assertThat(deltas).endsWith(said).hasSizeGreaterThan(said.length());
        assertThat(said).startsWith(deltas.substring(0, deltas.length() - said.length()));
    }

    /// Somebody who reads a stream in pieces.
    private static final class Reader {
        private final StringBuilder events = new StringBuilder();
        private long last = -1;

        void create(String input, int count) throws Exception {
            String body = Endpoint.MAPPER
                    .createObjectNode()
                    .put("model", "gpt-4o-mini")
                    .put("background", true)
                    .put("stream", true)
                    .put("input", input)
                    .toString();
            var request = endpoint.request("/v1/responses").POST(BodyPublishers.ofString(body));
            read(http.send(request.build(), BodyHandlers.ofInputStream()).body(), count);
        }

        void resume(URI gateway, int count) throws Exception {
            String path = "/v1/responses/" + id() + "?stream=true&starting_after=" + last;
            var request = endpoint.request(gateway.resolve(path).toString());
            read(http.send(request.build(), BodyHandlers.ofInputStream()).body(), count);
        }

        /// Reads so many events, without comments, and then goes away.
        private void read(InputStream body, int count) throws IOException {
            int left = count;
            try (var lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
                var event = new StringBuilder();
                for (String line = lines.readLine(); line != null && left > 0; line = lines.readLine()) {
                    if (line.startsWith(":")) {
                        assertThat(lines.readLine()).isEmpty();
                        continue;
                    }
                    event.append(line).append('\n');
                    if (line.isEmpty()) {
                        left -= take(event.toString());
                        event.setLength(0);
                    }
                }
            }
        }

        private int take(String event) {
            events.append(event);
            if (!event.startsWith(END)) {
                last++;
                assertThat(data(event).path("sequence_number").asLong()).isEqualTo(last);
            }
            return 1;
        }

        private static JsonNode data(String event) {
            return Endpoint.MAPPER.readTree(event.substring(event.indexOf("data: ") + "data: ".length()));
        }

        private String id() {
            return data(events.substring(0, events.indexOf("\n\n")))
                    .at("/response/id")
                    .asString();
        }

        String deltas() {
            var text = new StringBuilder();
            for (String event : events.toString().split("\n\n", -1)) {
                if (event.startsWith("event: response.output_text.delta")) {
                    text.append(data(event).path("delta").asString());
                }
            }
            return text.toString();
        }

        /// The response that the stream ended with.
        JsonNode response() {
            String[] all = events.toString().split("\n\n", -1);
            return data(all[all.length - 3]).path("response");
        }

        void assertIsTheUncutOne() {
            assertThat(events.toString()).endsWith(END + "\n\n");
            String whole =
                    endpoint.get("/v1/responses/" + id() + "?stream=true").body();
            assertThat(events.toString()).isEqualTo(whole.replace(": keep-alive\n\n", ""));
            assertThat(response().path("status").asString()).isEqualTo("completed");
            assertThat(endpoint.read(id())).isEqualTo(response());
        }
    }
}
