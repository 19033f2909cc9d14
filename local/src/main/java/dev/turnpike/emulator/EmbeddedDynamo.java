package dev.turnpike.emulator;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import software.amazon.dynamodb.services.local.server.DynamoDBProxyServer;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/// DynamoDB Local in this JVM, on a free port.
///
/// What it does not do as the real one does: it never raises a `TransactionConflict` and deletes no expired item.
final class EmbeddedDynamo implements AutoCloseable {
    /// Whatever the access key and the region, a client sees the same tables.
    private static final boolean ONE_DATABASE = true;

    private final DynamoDBProxyServer server;
    private final URI endpoint;

    private EmbeddedDynamo(DynamoDBProxyServer server, URI endpoint) {
        this.server = server;
        this.endpoint = endpoint;
    }

    /// @param directory where tables are kept from one start to the next; `null` keeps them in memory
    static EmbeddedDynamo start(@Nullable Path directory) throws IOException {
        int port = FreePort.find();
        String path =
                directory == null ? null : Files.createDirectories(directory).toString();
        try {
            // Not through ServerRunner, which prints a banner and switches telemetry on.
            var tables = new LocalDynamoDBRequestHandler(0, path == null, path, ONE_DATABASE, false);
            var server = new DynamoDBProxyServer(port, new LocalDynamoDBServerHandler(tables, null));
            server.start();
            return new EmbeddedDynamo(server, URI.create("http://127.0.0.1:" + port));
        } catch (Exception e) {
            throw new IOException("DynamoDB Local did not start on port " + port, e);
        }
    }

    URI endpoint() {
        return endpoint;
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("DynamoDB Local did not stop", e);
        }
    }
}
