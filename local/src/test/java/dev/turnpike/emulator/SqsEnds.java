package dev.turnpike.emulator;

import dev.turnpike.aws.SqsStepQueue;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.RunRequest.Lane;
import dev.turnpike.run.StepQueue;
import dev.turnpike.run.StepQueueContract;
import dev.turnpike.run.StepQueueContract.Received;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import tools.jackson.databind.json.JsonMapper;

/// A queue of SQS, sent to through our adapter and received from as the event source mapping does.
final class SqsEnds implements StepQueueContract.Ends {
    private static final JsonMapper MAPPER = WireJson.mapper();

    private final SqsClient sqs;
    private final Queue queue;
    private final SqsStepQueue steps;

    private SqsEnds(SqsClient sqs, Queue queue) {
        this.sqs = sqs;
        this.queue = queue;
        this.steps = new SqsStepQueue(() -> sqs, Map.of(Lane.NORMAL, queue.url()), MAPPER);
    }

    /// A new queue.
    static SqsEnds open(SqsClient sqs) {
        return new SqsEnds(
                sqs,
                Queue.create(
                        sqs, "steps-" + UUID.randomUUID(), Duration.ofMinutes(5), StepQueueContract.MOST_RECEIVES));
    }

    @Override
    public StepQueue queue() {
        return steps;
    }

    @Override
    public Optional<Received> receive(Duration patience) {
        return take(queue.url(), patience)
                .map(message ->
                        new Received(SqsStepQueue.read(message.body(), MAPPER).orElseThrow(), message.receiptHandle()));
    }

    private Optional<Message> take(String url, Duration patience) {
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
        steps.postpone(queue.arn(), (String) received.handle(), after);
    }

    @Override
    public int deadLetters() {
        return take(queue.deadLetterUrl(), Duration.ofSeconds(1)).isPresent() ? 1 : 0;
    }
}
