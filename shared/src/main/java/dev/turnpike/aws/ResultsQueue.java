package dev.turnpike.aws;

import dev.turnpike.run.StoreUnavailableException;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;

/// The queue that takes the answers to what came by the requests queue.
public final class ResultsQueue {
    private final Supplier<SqsClient> sqs;
    private final String queueUrl;

    public ResultsQueue(Supplier<SqsClient> sqs, String queueUrl) {
        this.sqs = sqs;
        this.queueUrl = queueUrl;
    }

    /// @param body JSON text
    public void send(String body, String tenant) {
        try {
            sqs.get()
                    .sendMessage(request ->
                            request.queueUrl(queueUrl).messageBody(body).messageGroupId(tenant));
        } catch (SdkException failure) {
            throw new StoreUnavailableException("the results queue did not take a message", failure);
        }
    }
}
