package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.run.RunKey;
import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class QueueTest {
    private static Stack stack;
    private static SqsClient sqs;

    @BeforeAll
    static void start() throws IOException {
        stack = Stack.start(
                StackOptions.defaults().withDemoPace(Duration.ZERO).withEnvironment(Map.of("MEDIA_URLS", "fetch")));
        sqs = stack.cloud().sqsClient();
    }

    @AfterAll
    static void stop() {
        sqs.close();
        stack.close();
    }

    @Test
    void theBodyOfACreateRequestIsAnsweredWithAResponse() {
        JsonNode response = answerTo("""
            {"model": "gpt-4o-mini", "input": "What is 12 * 34?"}
            """);
        assertThat(response.path("object").asString()).isEqualTo("response");
        assertThat(response.path("id").asString()).startsWith("resp_");
        assertThat(response.path("status").asString()).isEqualTo("completed");
        assertThat(response.path("background").asBoolean()).isTrue();
        assertThat(Endpoint.text(response)).contains("408");
        assertThat(response.path("usage").path("total_tokens").asLong()).isPositive();
    }

    @Test
    void anEnvelopeIsAnsweredInAnEnvelopeWithItsKeyAndTheResponseId() {
        JsonNode answer = answerTo("""
            {"key": "order-17", "value": {
                "message": "Hello", "model": "gpt-4o-mini", "system_prompt": "Be brief.", "max_tokens": 200}}
            """);
        assertThat(answer.path("key").asString()).isEqualTo("order-17");
        JsonNode value = answer.path("value");
        assertThat(value.path("response").asString()).startsWith("Hello! I am the demo model");
        assertThat(value.path("response_id").asString()).startsWith("resp_");
        assertThat(value.path("model").asString()).isEqualTo("gpt-4o-mini");
        assertThat(value.path("finish_reason").asString()).isEqualTo("stop");
        assertThat(value.path("usage").path("total_tokens").asLong())
                .isEqualTo(value.path("usage").path("prompt_tokens").asLong()
                        + value.path("usage").path("completion_tokens").asLong())
                .isPositive();
    }

    @Test
    void aMessageThatCannotBeServedIsAnsweredUnderItsKey() {
        JsonNode answer = answerTo("""
            {"key": "order-18", "value": {"model": "gpt-4o-mini"}}
            """);
        assertThat(answer.path("key").asString()).isEqualTo("order-18");
        assertThat(answer.path("value").path("error").path("code").asString()).isEqualTo("missing_required_parameter");
        assertThat(answer.path("value").path("error").path("message").asString())
                .contains("message");
    }

    @Test
    void anImageThatMustNotBeFetchedIsNamedByItsPlaceInTheEnvelope() {
        JsonNode answer = answerTo("""
            {"key": "order-19", "value": {"message": "What is it?", "images": ["https://169.254.169.254/a.png"]}}
            """);
        assertThat(answer.path("value").path("error").path("code").asString()).isEqualTo("failed_to_download_image");
        assertThat(answer.path("value").path("error").path("message").asString())
                .contains("'value.images[0]'")
                .doesNotContain("169.254");
    }

    @Test
    void oneWithoutAKeyEndsAmongTheDeadLetters() {
        setVisibility("0");
        send("{\"model\": \"gpt-4o-mini\"}");
        send("not even JSON");
        String deadLetters = stack.requests().deadLetterUrl();
        assertThat(List.of(receive(deadLetters), receive(deadLetters)))
                .containsExactlyInAnyOrder("{\"model\": \"gpt-4o-mini\"}", "not even JSON");
        setVisibility("" + stack.requests().visibility().toSeconds());
    }

    @Test
    void anAnswerThatWasLostIsSentWhenTheStepThatShouldHaveSentItIsDead() {
        JsonNode first = answerTo("""
            {"model": "gpt-4o-mini", "input": "Hello"}
            """);
        RunKey run = RunKey.parse("default", first.path("id").asString()).orElseThrow();
        awaitAndForgetReply(run);
        String step = Endpoint.MAPPER
                .createObjectNode()
                .put("v", 1)
                .put("tenant", "default")
                .put("conversation", run.conversation().id())
                .put("run", run.run())
                .put("step", 1)
                .toString();

        sqs.sendMessage(
                request -> request.queueUrl(stack.steps().deadLetterUrl()).messageBody(step));

        assertThat(Endpoint.MAPPER.readTree(receive(stack.results().url()))).isEqualTo(first);
    }

    /// As if the worker had died before it sent it.
    private static void awaitAndForgetReply(RunKey run) {
        Map<String, AttributeValue> key = Map.of(
                "pk", AttributeValue.fromS("T#default#C#" + run.conversation().id()),
                "sk", AttributeValue.fromS("R#" + run.run()));
        try (var dynamo = stack.cloud().dynamoClient()) {
            boolean forgotten = false;
            while (!forgotten) {
                forgotten = forgetReply(dynamo, key);
            }
        }
    }

    /// @return false when it is not known to be sent yet
    private static boolean forgetReply(DynamoDbClient dynamo, Map<String, AttributeValue> key) {
        try {
            dynamo.updateItem(request -> request.tableName(stack.table())
                    .key(key)
                    .updateExpression("SET replySent = :no")
                    .conditionExpression("replySent = :yes")
                    .expressionAttributeValues(
                            Map.of(":no", AttributeValue.fromBool(false), ":yes", AttributeValue.fromBool(true))));
            return true;
        } catch (ConditionalCheckFailedException _) {
            return false;
        }
    }

    /// Otherwise it takes the queue half an hour to deliver a message so often that it gives up.
    private static void setVisibility(String seconds) {
        sqs.setQueueAttributes(request -> request.queueUrl(stack.requests().url())
                .attributes(Map.of(QueueAttributeName.VISIBILITY_TIMEOUT, seconds)));
    }

    private static JsonNode answerTo(String message) {
        send(message);
        return Endpoint.MAPPER.readTree(receive(stack.results().url()));
    }

    private static void send(String message) {
        sqs.sendMessage(request -> request.queueUrl(stack.requests().url()).messageBody(message));
    }

    /// Waits for a message, however long it takes: the test's own limit ends it.
    private static String receive(String url) {
        List<Message> messages;
        do {
            messages = sqs.receiveMessage(request ->
                            request.queueUrl(url).maxNumberOfMessages(1).waitTimeSeconds(5))
                    .messages();
        } while (messages.isEmpty());
        Message message = messages.getFirst();
        sqs.deleteMessage(request -> request.queueUrl(url).receiptHandle(message.receiptHandle()));
        return message.body();
    }
}
