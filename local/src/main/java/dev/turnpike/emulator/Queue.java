package dev.turnpike.emulator;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/// A queue and the dead-letter queue behind it.
///
/// @param visibility how long a received message stays hidden before it is delivered again
/// @param maxReceives deliveries after which a message goes to the dead-letter queue instead
public record Queue(String name, String url, String arn, String deadLetterUrl, Duration visibility, int maxReceives) {
    private static final Duration DEAD_LETTERS_VISIBILITY = Duration.ofMinutes(6);

    public static Queue create(SqsClient sqs, String name, Duration visibility, int maxReceives) {
        return create(sqs, name, name + "-dlq", visibility, maxReceives);
    }

    /// @param deadLetters the dead-letter queue's name, which several queues may share
    public static Queue create(SqsClient sqs, String name, String deadLetters, Duration visibility, int maxReceives) {
        String deadLetterUrl = sqs.createQueue(request -> request.queueName(deadLetters)
                        .attributes(Map.of(
                                QueueAttributeName.VISIBILITY_TIMEOUT, "" + DEAD_LETTERS_VISIBILITY.toSeconds())))
                .queueUrl();
        String redrive = """
            {"deadLetterTargetArn":"%s","maxReceiveCount":"%d"}\
            """.formatted(arn(sqs, deadLetterUrl), maxReceives);
        String url = sqs.createQueue(request -> request.queueName(name)
                        .attributes(Map.of(
                                QueueAttributeName.VISIBILITY_TIMEOUT,
                                "" + visibility.toSeconds(),
                                QueueAttributeName.REDRIVE_POLICY,
                                redrive)))
                .queueUrl();
        return new Queue(name, url, arn(sqs, url), deadLetterUrl, visibility, maxReceives);
    }

    /// The dead-letter queue as a queue of its own. Nothing is moved out of it.
    public Queue deadLetters() {
        return new Queue(name + "-dlq", deadLetterUrl, arn + "-dlq", "", DEAD_LETTERS_VISIBILITY, Integer.MAX_VALUE);
    }

    private static String arn(SqsClient sqs, String url) {
        var attributes =
                sqs.getQueueAttributes(request -> request.queueUrl(url).attributeNames(QueueAttributeName.QUEUE_ARN));
        return Objects.requireNonNull(attributes.attributes().get(QueueAttributeName.QUEUE_ARN), "no ARN for " + url);
    }
}
