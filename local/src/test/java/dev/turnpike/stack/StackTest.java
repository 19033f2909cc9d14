package dev.turnpike.stack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(60)
class StackTest {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String PRELUDE = "{\"statusCode\":200,\"headers\":{}}" + "\0".repeat(8);

    private final BlockingQueue<String> served = new LinkedBlockingQueue<>();
    private final BlockingQueue<Map<String, String>> environments = new LinkedBlockingQueue<>();
    private final CyclicBarrier together = new CyclicBarrier(3);

    @Test
    void everyPartServesAndTheFunctionsAreToldWhereEverythingIs() throws Exception {
        try (Stack stack = Stack.start(options(), this::handlers);
                var sqs = stack.cloud().sqsClient()) {
            assertThat(stack.apiKey()).isEqualTo("key-1 for Bearer " + stack.adminKey());
            sqs.sendMessage(request -> request.queueUrl(stack.steps().url()).messageBody("step"));
            assertThat(served.take()).isEqualTo("worker step");
            sqs.sendMessage(request -> request.queueUrl(stack.requests().url()).messageBody("request"));
            assertThat(served.take()).isEqualTo("intake request");
            sqs.sendMessage(
                    request -> request.queueUrl(stack.steps().deadLetterUrl()).messageBody("step"));
            assertThat(served.take()).isEqualTo("dead step");
            stack.reap();
            assertThat(served.take()).isEqualTo("reaper");
            assertThat(environments.take())
                    .containsEntry("TABLE_NAME", "turnpike")
                    .containsEntry("MAX_STEPS", "7")
                    .containsEntry(
                            "OPENAI_BASE_URL",
                            stack.demoModel().orElseThrow().baseUrl().toString())
                    .doesNotContainKey("OPENAI_API_KEY");
        }
    }

    @Test
    void requestsAtTheSameTimeGetAnExecutionEnvironmentEach() throws Exception {
        try (Stack stack = Stack.start(options(), this::handlers);
                HttpClient client = HttpClient.newHttpClient()) {
            URI uri = stack.url().resolve("/together");
            var responses = IntStream.range(0, 3)
                    .mapToObj(_ -> client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()))
                    .toList();
            for (var response : responses) {
                assertThat(response.get().body()).isEqualTo("together");
            }
        }
    }

    @Test
    void beyondTheLimitRequestsWaitTheirTurn() throws Exception {
        try (Stack stack = Stack.start(options().withEnvironments(1), this::handlers);
                HttpClient client = HttpClient.newHttpClient()) {
            URI uri = stack.url().resolve("/hello");
            var responses = IntStream.range(0, 20)
                    .mapToObj(_ -> client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()))
                    .toList();
            for (var response : responses) {
                assertThat(response.get().body()).isEqualTo("/hello");
            }
        }
    }

    @Test
    void theApiKeyIsKeptWithTheTable(@TempDir Path directory) throws Exception {
        for (int start = 0; start < 2; start++) {
            try (Stack stack = Stack.start(options().withDirectory(directory), this::handlers)) {
                assertThat(stack.apiKey()).startsWith("key-1 ");
            }
        }
    }

    @Test
    void aProviderTakesThePlaceOfTheDemoModel() throws Exception {
        var options = options()
                .withEnvironment(Map.of("OPENAI_API_KEY", "sk-x", "OPENAI_BASE_URL", "https://models.example/v1"));
        try (Stack stack = Stack.start(options, this::handlers);
                var secrets = stack.cloud().secretsClient()) {
            assertThat(stack.demoModel()).isEmpty();
            Map<String, String> environment = environments.take();
            assertThat(environment).containsEntry("OPENAI_BASE_URL", "https://models.example/v1");
            assertThat(secrets.getSecretValue(request -> request.secretId(environment.get("PROVIDER_SECRET_ARN")))
                            .secretString())
                    .isEqualTo("sk-x");
        }
    }

    @Test
    void anotherEndpointCanStandInForTheEmulators() throws Exception {
        try (Stack first = Stack.start(options(), this::handlers)) {
            // No single endpoint serves all three here, so this one is asked and fails: that shows who was asked.
            var options = options()
                    .withEnvironment(
                            Map.of("AWS_ENDPOINT_URL", first.cloud().secrets().toString()));
            assertThatThrownBy(() -> Stack.start(options, this::handlers)).hasMessageContaining("CreateQueue");
        }
    }

    private static StackOptions options() {
        return StackOptions.defaults()
                .withDemoPace(Duration.ZERO)
                .withReaperEvery(Duration.ofHours(1))
                .withEnvironment(Map.of("MAX_STEPS", "7"));
    }

    private Handlers handlers(Map<String, String> environment) {
        environments.add(environment);
        return new Handlers(
                (input, output, _) -> answer(MAPPER.readTree(input), output),
                (batch, _) -> {
                    batch.getRecords().forEach(record -> served.add("worker " + record.getBody()));
                    return new SQSBatchResponse(List.of());
                },
                (batch, _) -> {
                    batch.getRecords().forEach(record -> served.add("dead " + record.getBody()));
                    return new SQSBatchResponse(List.of());
                },
                (batch, _) -> {
                    batch.getRecords().forEach(record -> served.add("intake " + record.getBody()));
                    return new SQSBatchResponse(List.of());
                },
                (_, _) -> {
                    served.add("reaper");
                    return null;
                });
    }

    private void answer(JsonNode event, OutputStream output) throws IOException {
        String body = switch (event.path("path").asString("")) {
            case "/v1/organization/api_keys" ->
                MAPPER.createObjectNode()
                        .put(
                                "key",
                                "key-1 for "
                                        + event.path("headers")
                                                .path("Authorization")
                                                .asString(""))
                        .toString();
            case "/together" -> {
                meet();
                yield "together";
            }
            default -> event.path("path").asString("");
        };
        output.write((PRELUDE + body).getBytes(UTF_8));
        output.flush();
    }

    private void meet() {
        try {
            together.await(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException("not three at the same time", e);
        }
    }
}
