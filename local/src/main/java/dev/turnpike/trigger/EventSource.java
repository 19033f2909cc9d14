package dev.turnpike.trigger;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import dev.turnpike.emulator.Queue;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.SqsException;

/// Feeds a queue's messages to a function by the rules of Lambda's event source mapping with partial batch responses:
/// what was served is deleted, what failed stays and comes again after its visibility timeout, until the queue's
/// redrive
/// policy moves it to the dead-letter queue. It goes on whatever fails.
public final class EventSource implements AutoCloseable {
    private static final int LONG_POLL_SECONDS = 5;
    private static final int PAUSE_AFTER_ERROR_SECONDS = 1;

    private final SqsClient sqs;
    private final Queue queue;
    private final BatchFunction function;
    private final int batchSize;
    private final Semaphore concurrency;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private EventSource(SqsClient sqs, Queue queue, BatchFunction function, int batchSize, int concurrency) {
        this.sqs = sqs;
        this.queue = queue;
        this.function = function;
        this.batchSize = batchSize;
        this.concurrency = new Semaphore(concurrency);
    }

    /// @param batchSize the most messages of one call, 1 to 10
    /// @param concurrency the most calls at one time
    public static EventSource start(
            SqsClient sqs, Queue queue, BatchFunction function, int batchSize, int concurrency) {
        EventSource source = new EventSource(sqs, queue, function, batchSize, concurrency);
        source.threads.execute(source::poll);
        return source;
    }

    private void poll() {
        while (stopping.getCount() > 0) {
            try {
                concurrency.acquire();
                List<Message> messages = receive();
                threads.execute(() -> serve(messages));
            } catch (InterruptedException _) {
                return;
            } catch (Throwable e) {
                concurrency.release();
                pauseAfter(e);
            }
        }
    }

    private List<Message> receive() {
        return sqs.receiveMessage(request -> request.queueUrl(queue.url())
                        .maxNumberOfMessages(batchSize)
                        .waitTimeSeconds(LONG_POLL_SECONDS)
                        .messageSystemAttributeNames(MessageSystemAttributeName.ALL)
                        .messageAttributeNames("All"))
                .messages();
    }

    private void serve(List<Message> messages) {
        try {
            if (!messages.isEmpty()) {
                SQSEvent batch = SqsEvents.of(messages, queue);
                Set<String> failed = failures(function.serve(batch), messages);
                messages.stream()
                        .filter(message -> !failed.contains(message.messageId()))
                        .forEach(this::delete);
            }
        } catch (Throwable e) {
            if (stopping.getCount() > 0) {
                System.err.printf("The function of queue %s failed, its messages come again: %s%n", queue.name(), e);
            }
        } finally {
            concurrency.release();
        }
    }

    /// As Lambda does, a failure that names no message of the batch fails the whole batch.
    private static Set<String> failures(SQSBatchResponse response, List<Message> messages) {
        Set<String> all = messages.stream().map(Message::messageId).collect(Collectors.toSet());
        if (response == null || response.getBatchItemFailures() == null) {
            return Set.of();
        }
        Set<String> failed = response.getBatchItemFailures().stream()
                .map(failure -> String.valueOf(failure.getItemIdentifier()))
                .collect(Collectors.toSet());
        return all.containsAll(failed) ? failed : all;
    }

    private void delete(Message message) {
        try {
            sqs.deleteMessage(request -> request.queueUrl(queue.url()).receiptHandle(message.receiptHandle()));
        } catch (SqsException _) {
            // Its visibility ran out while it was served and it was delivered again: that delivery deletes it.
        }
    }

    private void pauseAfter(Throwable e) {
        try {
            if (!stopping.await(PAUSE_AFTER_ERROR_SECONDS, TimeUnit.SECONDS)) {
                System.err.printf("Queue %s could not be read, trying again: %s%n", queue.name(), e);
            }
        } catch (InterruptedException _) {
            stopping.countDown();
        }
    }

    @Override
    public void close() {
        stopping.countDown();
        threads.shutdownNow();
    }
}
