package dev.turnpike.conformance;

import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/// OpenAI's contract, row by row: what is asked in plain HTTP, what is answered, and what the provider is sent for it.
/// The tables lie beside this class as resources; what one request can't show is in the classes of [Scenario]s.
@Timeout(120)
class ConformanceTest {
    private static final String RESPONSE = "{\"model\":\"gpt-4o-mini\",\"input\":\"Hello\"}";
    private static final String COMPLETION =
            "{\"model\":\"gpt-4o-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    private static final AtomicInteger CASES = new AtomicInteger();
    private static final AtomicInteger ROWS = new AtomicInteger();

    private static Provider provider;
    private static Stack stack;
    private static Wire wire;

    @BeforeAll
    static void start() throws IOException {
        provider = new Provider();
        stack = Stack.start(StackOptions.defaults()
                .withEnvironment(Map.of(
                        "OPENAI_API_KEY", "sk-demo",
                        "OPENAI_BASE_URL", provider.baseUrl(),
                        "MODELS", "gpt-4o-mini,gpt-4o",
                        "VIDEO_MODELS", "gpt-4o-mini",
                        "REQUESTS_PER_MINUTE", "100000"))
                .withReaperEvery(Duration.ofMinutes(1)));
        wire = new Wire(stack.url(), stack.apiKey());
    }

    @AfterAll
    static void stop() {
        System.out.printf("conformance: %d rows, %d cases%n", ROWS.get(), CASES.get());
        wire.close();
        stack.close();
        provider.close();
    }

    @TestFactory
    Stream<DynamicNode> theFieldsOfARequest() {
        return table("requests.txt", row -> post("/v1/responses", Case.merged(RESPONSE, row.request())));
    }

    @TestFactory
    Stream<DynamicNode> theItemsOfAnInput() {
        return table(
                "items.txt", row -> post("/v1/responses", Case.merged(RESPONSE, "+{\"input\":" + row.request() + "}")));
    }

    @TestFactory
    Stream<DynamicNode> theFieldsOfACompletion() {
        return table("completions.txt", row -> post("/v1/chat/completions", Case.merged(COMPLETION, row.request())));
    }

    @TestFactory
    Stream<DynamicNode> errors() {
        return table("errors.txt", row -> {
            String[] line = row.request().split(" ", 3);
            return wire.send(line[0], line[1], line.length > 2 ? line[2] : "");
        });
    }

    @TestFactory
    Stream<DynamicNode> theResponseObject() {
        return scenarios(ResponseObject.scenarios());
    }

    @TestFactory
    Stream<DynamicNode> streams() {
        return scenarios(Streams.scenarios());
    }

    @TestFactory
    Stream<DynamicNode> otherEndpoints() {
        return scenarios(OtherEndpoints.scenarios());
    }

    @TestFactory
    Stream<DynamicNode> streamsOfCompletions() {
        return scenarios(CompletionStreams.scenarios());
    }

    @TestFactory
    Stream<DynamicNode> headers() {
        return scenarios(Headers.scenarios());
    }

    private interface Sender {
        HttpResponse<String> send(Row row);
    }

    private static HttpResponse<String> post(String path, String body) {
        return wire.send("POST", path, body);
    }

    private static Stream<DynamicNode> table(String name, Sender sender) {
        return scenarios(Row.read(name).stream()
                .map(row -> new Scenario(row.subject(), row.says(), _ -> {
                    provider.forget();
                    HttpResponse<String> answer = sender.send(row);
                    Case.check(answer, provider.firstSent(), row.expected());
                    wire.awaitBackground(answer);
                }))
                .toList());
    }

    private static Stream<DynamicNode> scenarios(List<Scenario> scenarios) {
        List<String> subjects =
                scenarios.stream().map(Scenario::subject).distinct().toList();
        ROWS.addAndGet(subjects.size());
        return subjects.stream()
                .map(subject -> dynamicContainer(
                        subject,
                        scenarios.stream()
                                .filter(each -> each.subject().equals(subject))
                                .map(each -> dynamicTest(subject + ": " + each.says(), () -> {
                                    CASES.incrementAndGet();
                                    each.check().accept(wire);
                                }))));
    }
}
