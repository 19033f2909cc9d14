package dev.turnpike.emulator;

import dev.turnpike.run.StepQueueContract;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import software.amazon.awssdk.services.sqs.SqsClient;

class SqsStepQueueTest extends StepQueueContract {
    private static final URI UNUSED = URI.create("http://127.0.0.1:1");

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
        return SqsEnds.open(sqs);
    }
}
