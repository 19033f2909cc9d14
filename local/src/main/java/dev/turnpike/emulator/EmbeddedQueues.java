package dev.turnpike.emulator;

import java.io.IOException;
import java.net.URI;
import org.elasticmq.NodeAddress;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;

/// ElasticMQ, which speaks SQS, in this JVM, on a free port; messages live in memory.
///
/// What it does not do as the real one does: a second delete of one receipt is an error there.
public final class EmbeddedQueues implements AutoCloseable {
    private final SQSRestServer server;
    private final URI endpoint;

    private EmbeddedQueues(SQSRestServer server, URI endpoint) {
        this.server = server;
        this.endpoint = endpoint;
    }

    public static EmbeddedQueues start(String region) throws IOException {
        int port = FreePort.find();
        SQSRestServer server = SQSRestServerBuilder.withInterface("127.0.0.1")
                .withPort(port)
                .withServerAddress(new NodeAddress("http", "127.0.0.1", port, ""))
                .withAWSRegion(region)
                .start();
        var _ = server.waitUntilStarted();
        return new EmbeddedQueues(server, URI.create("http://127.0.0.1:" + port));
    }

    public URI endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        // It takes seconds to end in good order, and has nothing to save.
        Thread.ofVirtual().start(server::stopAndWait);
    }
}
