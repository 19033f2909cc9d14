package dev.turnpike.bench;

import dev.turnpike.access.ApiKeys;
import dev.turnpike.access.KeyStore.Secret;
import dev.turnpike.access.KeyStore.StoredKey;
import dev.turnpike.access.KeyTerms;
import dev.turnpike.access.Owner;
import dev.turnpike.aws.DynamoKeyStore;
import dev.turnpike.emulator.Cloud;
import dev.turnpike.emulator.Emulators;
import dev.turnpike.local.Closing;
import dev.turnpike.stack.FunctionZip;
import dev.turnpike.stack.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/// All that surrounds the api function here: emulators and the upstream, which share this process, so that what they
/// cost is nobody's; an API key; and a folder for what is started.
final class Site implements AutoCloseable {
    static final String TENANT = "bench";

    private final Closing parts = new Closing();
    private final Cloud cloud;
    private final Resources resources;
    private final Upstream upstream;
    private final ApiKeys.NewKey key = new ApiKeys("local").create();
    private final Path folder;

    private Site() throws IOException {
        try {
            folder = Files.createTempDirectory("turnpike-bench-");
            parts.add(() -> FunctionZip.delete(folder));
            upstream = parts.add(Upstream.start());
            cloud = parts.add(Emulators.start(null)).cloud();
            resources = Resources.create(cloud, "none", "none");
            createKey();
        } catch (IOException | RuntimeException e) {
            parts.close();
            throw e;
        }
    }

    static Site start() throws IOException {
        return new Site();
    }

    private void createKey() {
        try (DynamoDbClient dynamo = cloud.dynamoClient()) {
            var _ = new DynamoKeyStore(dynamo, resources.table())
                    .create(new StoredKey(
                            key.id(),
                            new Owner(TENANT, ""),
                            Secret.of(ApiKeys.hash(key.text())),
                            Instant.now(),
                            null,
                            KeyTerms.unrestricted("bench")));
        }
    }

    Cloud cloud() {
        return cloud;
    }

    String table() {
        return resources.table();
    }

    Upstream upstream() {
        return upstream;
    }

    /// Of tenant `bench`.
    String apiKey() {
        return key.text();
    }

    /// Deleted at the end.
    Path folder() {
        return folder;
    }

    /// What a function finds in its environment.
    ///
    /// @param task the unpacked zip
    /// @param through where the function finds AWS
    Map<String, String> environment(Path task, Cloud through) {
        Map<String, String> environment = new HashMap<>(through.environment());
        environment.putAll(resources.environment());
        environment.putAll(Jvm.SIZED_AS_ON_LAMBDA);
        environment.put("ENVIRONMENT", "local");
        environment.put("REQUESTS_PER_MINUTE", "0");
        environment.put("DAILY_TOKEN_LIMIT", "0");
        environment.put("OPENAI_BASE_URL", upstream.baseUrl().toString());
        environment.put("LAMBDA_TASK_ROOT", task.toString());
        environment.put("AWS_LAMBDA_FUNCTION_NAME", "api");
        environment.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024");
        environment.put("PATH", "/usr/bin:/bin");
        return environment;
    }

    @Override
    public void close() {
        parts.close();
    }
}
