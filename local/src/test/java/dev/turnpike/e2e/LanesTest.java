package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.sqs.SqsClient;
import tools.jackson.databind.JsonNode;

/// Runs whose service tier says how urgent they are.
@Timeout(60)
class LanesTest {
    private static final int BACKLOG = 8;

    private static Stack stack;
    private static Endpoint endpoint;

    @BeforeAll
    static void start() throws IOException {
        stack = Stack.start(StackOptions.defaults().withDemoPace(Duration.ofMillis(20)));
        endpoint = new Endpoint(stack);
    }

    @AfterAll
    static void stop() {
        endpoint.close();
        stack.close();
    }

    @Test
    void anUrgentRunOvertakesABacklogOfRunsThatCanWait() {
        List<String> patient = backlog();

        JsonNode urgent = endpoint.finished(create("Hello", "priority"));

        assertThat(urgent.path("status").asString()).isEqualTo("completed");
        assertThat(urgent.path("service_tier").asString()).isEqualTo("priority");
        assertThat(endpoint.read(patient.getLast()).path("status").asString()).isEqualTo("queued");
        assertThat(patient).allSatisfy(id -> {
            JsonNode response = endpoint.finished(id);
            assertThat(response.path("status").asString()).isEqualTo("completed");
            assertThat(response.path("service_tier").asString()).isEqualTo("flex");
        });
    }

    @Test
    void soDoesOneThatNamesNoTier() {
        List<String> patient = backlog();

        JsonNode usual = endpoint.finished(create("Hello", "auto"));

        assertThat(usual.path("service_tier").asString()).isEqualTo("default");
        assertThat(endpoint.read(patient.getLast()).path("status").asString()).isEqualTo("queued");
        patient.forEach(endpoint::finished);
    }

    @Test
    void soDoesAnUrgentEnvelopeOfTheRequestsQueue() {
        List<String> patient = backlog();

        try (SqsClient sqs = stack.cloud().sqsClient()) {
            sqs.sendMessage(request -> request.queueUrl(stack.requests().url()).messageBody("""
                {"key": "k", "value": {"message": "Hello", "service_tier": "priority"}}\
                """));
            String results = stack.results().url();
            boolean answered;
            do {
                answered = !sqs.receiveMessage(
                                request -> request.queueUrl(results).waitTimeSeconds(5))
                        .messages()
                        .isEmpty();
            } while (!answered);
        }

        assertThat(endpoint.read(patient.getLast()).path("status").asString()).isEqualTo("queued");
        patient.forEach(endpoint::finished);
    }

    private static List<String> backlog() {
        return IntStream.range(0, BACKLOG)
                .mapToObj(_ -> create("[words: 60]", "flex"))
                .toList();
    }

    private static String create(String input, String tier) {
        return endpoint.create("""
            {"model": "gpt-4o-mini", "background": true, "input": "%s", "service_tier": "%s"}\
            """.formatted(input, tier)).path("id").asString();
    }
}
