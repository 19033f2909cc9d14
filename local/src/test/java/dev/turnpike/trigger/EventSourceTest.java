package dev.turnpike.trigger;

import static org.assertj.core.api.Assertions.assertThat;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import dev.turnpike.emulator.Cloud;
import dev.turnpike.emulator.EmbeddedQueues;
import dev.turnpike.emulator.Queue;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(30)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EventSourceTest {
    private static final URI UNUSED = URI.create("http://127.0.0.1:1");

    private final BlockingQueue<String> served = new LinkedBlockingQueue<>();
    private EmbeddedQueues server;
    private SqsClient sqs;
    private @Nullable EventSource source;

    @BeforeAll
    void startServer() throws Exception {
        server = EmbeddedQueues.start(Cloud.REGION);
        sqs = new Cloud(UNUSED, server.endpoint(), UNUSED, Cloud.REGION, Cloud.ANY_KEY, Cloud.ANY_KEY).sqsClient();
    }

    @AfterAll
    void stopServer() {
        sqs.close();
        server.close();
    }

    @AfterEach
    void stopSource() {
        if (source != null) {
            source.close();
        }
        served.clear();
    }

    @Test
    void whatWasServedIsDeleted(TestInfo test) throws Exception {
        Queue queue = queue(test, 30, 3);
        send(queue, "a");
        source = EventSource.start(sqs, queue, this::succeed, 1, 2);
        assertThat(served.take()).isEqualTo("a");
        awaitEmpty(queue);
    }

    @Test
    void onlyTheMessagesOfABatchThatFailedComeAgain(TestInfo test) throws Exception {
        Queue queue = queue(test, 1, 10);
        sendBatch(queue, "good", "bad", "fine");
        source = EventSource.start(
                sqs,
                queue,
                batch -> new SQSBatchResponse(batch.getRecords().stream()
                        .peek(record -> served.add(record.getBody()))
                        .filter(record -> record.getBody().equals("bad"))
                        .filter(record -> receives(record) < 3)
                        .map(record -> new BatchItemFailure(record.getMessageId()))
                        .toList()),
                10,
                1);
        awaitEmpty(queue);
        assertThat(served).containsExactlyInAnyOrder("good", "bad", "fine", "bad", "bad");
    }

    @Test
    void aMessageThatAlwaysFailsGoesToTheDeadLetterQueueAndTheSourceGoesOn(TestInfo test) throws Exception {
        Queue queue = queue(test, 0, 2);
        send(queue, "poison");
        source = EventSource.start(
                sqs,
                queue,
                batch -> {
                    succeed(batch);
                    if (batch.getRecords().getFirst().getBody().equals("poison")) {
                        throw new StackOverflowError("poison");
                    }
                    return new SQSBatchResponse();
                },
                1,
                1);
        assertThat(served.take()).isEqualTo("poison");
        assertThat(served.take()).isEqualTo("poison");
        assertThat(receive(queue.deadLetterUrl()).body()).isEqualTo("poison");
        send(queue, "next");
        assertThat(served.take()).isEqualTo("next");
    }

    @Test
    void aFailureThatNamesNoMessageOfTheBatchFailsAllOfIt(TestInfo test) throws Exception {
        Queue queue = queue(test, 0, 2);
        send(queue, "a");
        source = EventSource.start(
                sqs,
                queue,
                batch -> {
                    succeed(batch);
                    return new SQSBatchResponse(List.of(new BatchItemFailure("another")));
                },
                1,
                1);
        assertThat(served.take()).isEqualTo("a");
        assertThat(served.take()).isEqualTo("a");
        assertThat(receive(queue.deadLetterUrl()).body()).isEqualTo("a");
    }

    @Test
    void callsRunAtTheSameTimeUpToTheLimit(TestInfo test) throws Exception {
        Queue queue = queue(test, 30, 3);
        sendBatch(queue, "a", "b", "c");
        CyclicBarrier together = new CyclicBarrier(3);
        source = EventSource.start(
                sqs,
                queue,
                batch -> {
                    together.await(10, TimeUnit.SECONDS);
                    return succeed(batch);
                },
                1,
                3);
        awaitEmpty(queue);
        assertThat(served).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void theEventInJsonIsTheOneThatLambdaSends(TestInfo test) throws Exception {
        Queue queue = queue(test, 30, 3);
        sqs.sendMessage(request -> request.queueUrl(queue.url())
                .messageBody("{\"run\":\"r\"}")
                .messageGroupId("demo")
                .messageAttributes(Map.of(
                        "kind",
                        MessageAttributeValue.builder()
                                .dataType("String")
                                .stringValue("x")
                                .build())));
        BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
        source = EventSource.start(
                sqs,
                queue,
                batch -> {
                    events.add(new JsonMapper().readTree(SqsEvents.toJson(batch)));
                    return new SQSBatchResponse();
                },
                1,
                1);
        JsonNode record = events.take().path("Records").path(0);
        assertThat(record.propertyNames())
                .containsExactly(
                        "messageId",
                        "receiptHandle",
                        "body",
                        "attributes",
                        "messageAttributes",
                        "md5OfBody",
                        "eventSource",
                        "eventSourceARN",
                        "awsRegion");
        assertThat(record.path("body").asString()).isEqualTo("{\"run\":\"r\"}");
        assertThat(record.path("attributes").path("ApproximateReceiveCount").asString())
                .isEqualTo("1");
        assertThat(record.path("messageAttributes").path("kind")).hasToString("""
            {"stringValue":"x","stringListValues":[],"binaryListValues":[],"dataType":"String"}\
            """);
        assertThat(record.path("eventSourceARN").asString()).startsWith("arn:aws:sqs:us-east-1:");
        assertThat(record.path("awsRegion").asString()).isEqualTo("us-east-1");
    }

    private SQSBatchResponse succeed(SQSEvent batch) {
        batch.getRecords().forEach(record -> served.add(record.getBody()));
        return new SQSBatchResponse(List.of());
    }

    private static int receives(SQSMessage record) {
        return Integer.parseInt(record.getAttributes().getOrDefault("ApproximateReceiveCount", "0"));
    }

    private Queue queue(TestInfo test, int visibilitySeconds, int maxReceives) {
        String name = test.getTestMethod().orElseThrow().getName();
        return Queue.create(sqs, name, Duration.ofSeconds(visibilitySeconds), maxReceives);
    }

    private void send(Queue queue, String body) {
        sqs.sendMessage(request -> request.queueUrl(queue.url()).messageBody(body));
    }

    private void sendBatch(Queue queue, String... bodies) {
        List<SendMessageBatchRequestEntry> entries = Arrays.stream(bodies)
                .map(body -> SendMessageBatchRequestEntry.builder()
                        .id(body)
                        .messageBody(body)
                        .build())
                .toList();
        sqs.sendMessageBatch(request -> request.queueUrl(queue.url()).entries(entries));
    }

    private Message receive(String url) {
        List<Message> messages = List.of();
        while (messages.isEmpty()) {
            messages = sqs.receiveMessage(request -> request.queueUrl(url).waitTimeSeconds(1))
                    .messages();
        }
        return messages.getFirst();
    }

    /// Neither visible nor being served.
    private void awaitEmpty(Queue queue) {
        String left = "";
        while (!left.equals("00")) {
            var attributes = sqs.getQueueAttributes(request -> request.queueUrl(queue.url())
                            .attributeNames(
                                    QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES,
                                    QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE))
                    .attributes();
            left = String.join("", attributes.values());
        }
    }
}
