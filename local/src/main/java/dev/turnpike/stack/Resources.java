package dev.turnpike.stack;

import dev.turnpike.emulator.Cloud;
import dev.turnpike.emulator.Queue;
import dev.turnpike.emulator.Table;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.ResourceExistsException;
import software.amazon.awssdk.services.sqs.SqsClient;

/// What `template.yaml` creates, created at an endpoint; what is there already is used.
public record Resources(
        String table, Queue steps, Queue requests, Queue results, String providerSecret, String adminSecret) {
    private static final String TABLE = "turnpike";

    public static Resources create(Cloud cloud, String providerKey, String adminKey) {
        return create(cloud, providerKey, adminKey, Duration.ofMinutes(90));
    }

    /// @param stepsVisibility how long a message of the steps queue that nobody acknowledged stays hidden
    static Resources create(Cloud cloud, String providerKey, String adminKey, Duration stepsVisibility) {
        var table = CompletableFuture.runAsync(() -> {
            try (var dynamo = cloud.dynamoClient()) {
                Table.create(dynamo, TABLE);
            }
        });
        try (SqsClient sqs = cloud.sqsClient();
                SecretsManagerClient secrets = cloud.secretsClient()) {
            Resources resources = new Resources(
                    TABLE,
                    Queue.create(sqs, "turnpike-steps", stepsVisibility, 20),
                    Queue.create(sqs, "turnpike-requests", Duration.ofMinutes(6), 5),
                    Queue.create(sqs, "turnpike-results", Duration.ofMinutes(1), 10),
                    secret(secrets, "turnpike-provider", providerKey),
                    secret(secrets, "turnpike-admin", adminKey));
            table.join();
            return resources;
        }
    }

    private static String secret(SecretsManagerClient secrets, String name, String value) {
        try {
            return secrets.createSecret(request -> request.name(name).secretString(value))
                    .arn();
        } catch (ResourceExistsException _) {
            return secrets.putSecretValue(request -> request.secretId(name).secretString(value))
                    .arn();
        }
    }

    /// What a function finds in its environment to find them.
    public Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put("TABLE_NAME", table);
        environment.put("STEPS_QUEUE_URL", steps.url());
        environment.put("RESULTS_QUEUE_URL", results.url());
        environment.put("PROVIDER_SECRET_ARN", providerSecret);
        environment.put("ADMIN_SECRET_ARN", adminSecret);
        return environment;
    }
}
