package dev.turnpike.emulator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// All of AWS that the stack needs, in this JVM. Messages and secrets live in memory only.
public final class Emulators implements AutoCloseable {
    private final EmbeddedDynamo dynamo;
    private final EmbeddedQueues queues;
    private final SecretsEndpoint secrets;

    private Emulators(EmbeddedDynamo dynamo, EmbeddedQueues queues, SecretsEndpoint secrets) {
        this.dynamo = dynamo;
        this.queues = queues;
        this.secrets = secrets;
    }

    /// Starts them side by side: each takes a second or two.
    ///
    /// @param directory where tables are kept from one start to the next; `null` keeps them in memory
    public static Emulators start(@Nullable Path directory) throws IOException {
        var queues = CompletableFuture.supplyAsync(() -> {
            try {
                return EmbeddedQueues.start(Cloud.REGION);
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
        EmbeddedDynamo dynamo = EmbeddedDynamo.start(directory);
        return new Emulators(dynamo, queues.join(), SecretsEndpoint.start());
    }

    public Cloud cloud() {
        return new Cloud(
                dynamo.endpoint(), queues.endpoint(), secrets.endpoint(), Cloud.REGION, Cloud.ANY_KEY, Cloud.ANY_KEY);
    }

    @Override
    public void close() {
        secrets.close();
        queues.close();
        dynamo.close();
    }
}
