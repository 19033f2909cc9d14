package dev.turnpike.e2e;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.demo.TokenMeter;
import dev.turnpike.emulator.Queue;
import dev.turnpike.run.RunKey;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/// What must happen on bad input, by the rows of the fault list: at the endpoint and at the steps queue.
@Timeout(60)
class FaultRowsTest {
    /// The product needs some 100 ms. This much leaves room for a busy machine and the emulators, and still shows work
    /// that grows faster than its input.
    private static final Duration QUICK = Duration.ofSeconds(8);

    private static Stack stack;
    private static Endpoint endpoint;
    private static Books books;

    @BeforeAll
    static void start() throws IOException {
        stack = Stack.start(StackOptions.defaults().withDemoPace(Duration.ZERO));
        endpoint = new Endpoint(stack);
        books = new Books(stack);
        // Whatever is first is slow, and these tests are about time.
        endpoint.create(input("Hello"));
    }

    @AfterAll
    static void stop() {
        books.close();
        endpoint.close();
        stack.close();
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @ValueSource(
            strings = {
                "",
                " ",
                "hello",
                "{",
                "{\"model\": \"gpt-4o-mini\", \"input\": \"Hel",
                "{\"model\": \"gpt-4o-mini\", \"input\": \"Hello\"} and more",
                "{'model': 'gpt-4o-mini', 'input': 'Hello'}",
                "model=gpt-4o-mini&input=Hello"
            })
    @DisplayName("Row 1: a body that is not JSON is refused as invalid_json and leaves nothing")
    void aBodyThatIsNotJsonIsRefusedAndLeavesNothing(String body) {
        var before = state();
        HttpResponse<String> answer = endpoint.post(body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        var error = Endpoint.MAPPER.readTree(answer.body()).path("error");
        assertThat(error.path("type").asString()).isEqualTo("invalid_request_error");
        assertThat(error.path("code").asString()).isEqualTo("invalid_json");
        assertThat(error.path("message").asString()).isNotBlank();
        assertThat(state()).isEqualTo(before);
    }

    static List<Arguments> oversizedBodies() {
        String request = "{\"model\": \"gpt-4o-mini\", \"input\": \"Hello\", ";
        return List.of(
                Arguments.of(
                        "1,000-deep arrays", request + "\"metadata\": " + "[".repeat(1_000) + "]".repeat(1_000) + "}"),
                Arguments.of(
                        "1,000-deep objects",
                        request + "\"metadata\": " + "{\"a\":".repeat(1_000) + "1" + "}".repeat(1_001)),
                Arguments.of("5 MB of no pattern as input", input(noise(5_000_000))),
                Arguments.of(
                        "5 MB string where none belongs",
                        request + "\"temperature\": \"" + "a".repeat(5_000_000) + "\"}"),
                Arguments.of("10,000-digit number", request + "\"temperature\": " + "9".repeat(10_000) + "}"),
                Arguments.of("10,000-digit fraction", request + "\"temperature\": 0." + "9".repeat(10_000) + "}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("oversizedBodies")
    @DisplayName("Row 2: a body out of all bounds is refused at once and the next request is served")
    void aBodyOutOfAllBoundsIsRefusedAtOnce(String what, String body) {
        var before = state();
        Instant sent = Instant.now();
        HttpResponse<String> answer = endpoint.post(body);
        assertThat(Duration.between(sent, Instant.now())).as(what).isLessThan(QUICK);
        assertThat(answer.statusCode()).as(answer.body()).isIn(400, 413);
        assertThat(answer.body()).hasSizeLessThan(2_000);
        assertThat(Endpoint.MAPPER
                        .readTree(answer.body())
                        .path("error")
                        .path("message")
                        .asString())
                .isNotBlank();
        assertThat(state()).isEqualTo(before);
        endpoint.create(input("Hello"));
    }

    @Test
    @DisplayName("Row 2: an input that no model's context holds is refused at once and no model is asked")
    void anInputThatNoContextHoldsIsRefusedAtOnce() {
        var before = state();
        Instant sent = Instant.now();
        HttpResponse<String> answer = endpoint.post(input("a".repeat(5_000_000)));
        assertThat(Duration.between(sent, Instant.now())).isLessThan(QUICK);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("context_length_exceeded");
        assertThat(state().met()).isEqualTo(before.met());
        endpoint.create(input("Hello"));
    }

    private static String input(String text) {
        return "{\"model\": \"gpt-4o-mini\", \"input\": \"" + text + "\"}";
    }

    /// Text that compression does not make small.
    private static String noise(int length) {
        return new Random(1)
                .ints(length, '0', 'z')
                .map(c -> c == '\\' ? '_' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    @Test
    @DisplayName("Row 4: fifty requests under one Idempotency-Key at once make one run, one call and one answer")
    void fiftyRequestsUnderOneKeyMakeOneRun() throws Exception {
        long met = answered();
        Set<String> answers = new HashSet<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> sent = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                sent.add(threads.submit(() -> endpoint.send(endpoint.request("/v1/responses")
                                .header("Idempotency-Key", "fifty")
                                .POST(BodyPublishers.ofString(input("Tell me a story"))))
                        .body()));
            }
            for (Future<String> answer : sent) {
                answers.add(answer.get());
            }
        }
        assertThat(answers)
                .singleElement()
                .satisfies(answer -> assertThat(
                                Endpoint.MAPPER.readTree(answer).path("status").asString())
                        .isEqualTo("completed"));
        assertThat(answered()).isEqualTo(met + 1);
        String id =
                Endpoint.MAPPER.readTree(answers.iterator().next()).path("id").asString();
        assertThat(Books.of(books.conversation(id), "L#")).hasSize(1);
    }

    private static long answered() {
        return state().met().values().stream()
                .mapToLong(TokenMeter.Totals::answered)
                .sum();
    }

    @Test
    @DisplayName("Row 11: messages for unknown and finished runs, of other versions and of no form change nothing")
    void messagesThatMeanNothingChangeNothingAndGoAway() {
        var finished = endpoint.create(input("Hello"));
        RunKey run = RunKey.parse("demo", finished.path("id").asString()).orElseThrow();
        String unknown = "01arz3ndektsv4rrffq69g5fav";
        var before = state();
        try (SqsClient sqs = stack.cloud().sqsClient()) {
            List.of(
                            message(1, unknown, unknown, 0),
                            message(1, run.conversation().id(), unknown, 0),
                            message(1, run.conversation().id(), run.run(), 0),
                            message(1, run.conversation().id(), run.run(), 1),
                            message(1, run.conversation().id(), run.run(), -1),
                            message(0, run.conversation().id(), run.run(), 0),
                            message(99, run.conversation().id(), run.run(), 0),
                            "{\"v\": 1}",
                            "[]",
                            "null",
                            "garbage {",
                            "[".repeat(10_000))
                    .forEach(body -> sqs.sendMessage(
                            send -> send.queueUrl(stack.steps().url()).messageBody(body)));
            awaitEmpty(sqs, stack.steps());
            assertThat(messages(sqs, stack.steps().deadLetterUrl())).isZero();
        }
        assertThat(state()).isEqualTo(before);
    }

    private static String message(int version, String conversation, String run, int step) {
        return Endpoint.MAPPER
                .createObjectNode()
                .put("v", version)
                .put("tenant", "demo")
                .put("conversation", conversation)
                .put("run", run)
                .put("step", step)
                .toString();
    }

    private static void awaitEmpty(SqsClient sqs, Queue queue) {
        while (messages(sqs, queue.url()) > 0) {
            Thread.onSpinWait();
        }
    }

    /// Those that wait and those that are being served.
    private static int messages(SqsClient sqs, String url) {
        return sqs
                .getQueueAttributes(request -> request.queueUrl(url)
                        .attributeNames(
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE))
                .attributes()
                .values()
                .stream()
                .mapToInt(Integer::parseInt)
                .sum();
    }

    /// All that a run, a ledger row or a model call would change.
    private record State(Set<Map<String, AttributeValue>> rows, Map<String, TokenMeter.Totals> met) {}

    private static State state() {
        Set<Map<String, AttributeValue>> rows =
                books.everything().stream().map(FaultRowsTest::uncounted).collect(toSet());
        return new State(rows, stack.demoModel().orElseThrow().meter().totals());
    }

    /// Every request that is to make a run is counted with its key, a bad one too.
    private static Map<String, AttributeValue> uncounted(Map<String, AttributeValue> row) {
        Map<String, AttributeValue> rest = new HashMap<>(row);
        rest.keySet().removeIf(name -> name.startsWith("rpm_"));
        return rest;
    }
}
