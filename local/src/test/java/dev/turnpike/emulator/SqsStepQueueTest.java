package dev.turnpike.emulator;

import dev.turnpike.aws.SqsStepQueue;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.StepQueue;
import dev.turnpike.run.StepQueueContract;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import tools.jackson.databind.json.JsonMapper;

class SqsStepQueueTest extends StepQueueContract {
    private static final URI UNUSED = URI.create("http://127.0.0.1:1");
    private static final JsonMapper MAPPER = WireJson.mapper();

    private static EmbeddedQueues server;
    private static SqsClient sqs;

    @BeforeAll
    static void start() throws IOException {
        server = EmbeddedQueues.start(Cloud.REGION);
        sqs = new Cloud(UNUSED, server.endpoint(), UNUSED, Cloud.REGION, Cloud.ANY_KEY, Cloud.ANY_KEY).sqsClient();
    }

    @AfterAll
    static void stop() {
        sqs.close();
        server.close();
    }

    @Override
    protected Ends open() {
        return new Sqs(Queue.create(sqs, "steps-" + UUID.randomUUID(), Duration.ofMinutes(5), MOST_RECEIVES));
    }

    private static final class Sqs implements Ends {
        private final Queue queue;
        private final SqsStepQueue steps;

        Sqs(Queue queue) {
            this.queue = queue;
            this.steps = new SqsStepQueue(() -> sqs, queue.url(), MAPPER);
        }

        @Override
        public StepQueue queue() {
            return steps;
        }

        @Override
        public Optional<Received> receive(Duration patience) {
            return take(queue.url(), patience)
                    .map(message -> new Received(
                            SqsStepQueue.read(message.body(), MAPPER).orElseThrow(), message.receiptHandle()));
        }

        private static Optional<Message> take(String url, Duration patience) {
            return sqs
                    .receiveMessage(request ->
                            request.queueUrl(url).maxNumberOfMessages(1).waitTimeSeconds((int) patience.toSeconds()))
                    .messages()
                    .stream()
                    .findFirst();
        }

        @Override
        public void acknowledge(Received received) {
            sqs.deleteMessage(request -> request.queueUrl(queue.url()).receiptHandle((String) received.handle()));
        }

        @Override
        public void comeAgain(Received received, Duration after) {
            steps.postpone((String) received.handle(), after);
        }

        @Override
        public int deadLetters() {
            return take(queue.deadLetterUrl(), Duration.ofSeconds(1)).isPresent() ? 1 : 0;
        }
    }
}
