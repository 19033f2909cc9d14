package dev.turnpike.stack;

import dev.turnpike.emulator.Cloud;
import dev.turnpike.emulator.Queue;
import dev.turnpike.emulator.Table;
import dev.turnpike.run.RunRequest.Lane;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import software.amazon.awssdk.services.secretsmanager.model.ResourceExistsException;
import software.amazon.awssdk.services.sqs.SqsClient;

/// What `template.yaml` creates, created at an endpoint; what is there already is used.
public record Resources(
        String table,
        Map<Lane, Queue> steps,
        Queue requests,
        Queue results,
        String providerSecret,
        String adminSecret) {
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
                    steps(sqs, stepsVisibility),
                    Queue.create(sqs, "turnpike-requests", Duration.ofMinutes(6), 5),
                    Queue.create(sqs, "turnpike-results", Duration.ofMinutes(1), 10),
                    secret(secrets, "turnpike-provider", providerKey),
                    secret(secrets, "turnpike-admin", adminKey));
            table.join();
            return resources;
        }
    }

    private static Map<Lane, Queue> steps(SqsClient sqs, Duration visibility) {
        return Map.of(
                Lane.NORMAL, steps(sqs, "turnpike-steps", visibility),
                Lane.PRIORITY, steps(sqs, "turnpike-priority-steps", visibility),
                Lane.FLEX, steps(sqs, "turnpike-flex-steps", visibility));
    }

    private static Queue steps(SqsClient sqs, String name, Duration visibility) {
        return Queue.create(sqs, name, "turnpike-steps-dlq", visibility, 20);
    }

    /// The queue that wakes the steps of a lane.
    public Queue steps(Lane lane) {
        return Objects.requireNonNull(steps.get(lane), () -> "no queue for the lane " + lane);
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
        environment.put("STEPS_QUEUE_URL", steps(Lane.NORMAL).url());
        environment.put("PRIORITY_STEPS_QUEUE_URL", steps(Lane.PRIORITY).url());
        environment.put("FLEX_STEPS_QUEUE_URL", steps(Lane.FLEX).url());
        environment.put("RESULTS_QUEUE_URL", results.url());
        environment.put("PROVIDER_SECRET_ARN", providerSecret);
        environment.put("ADMIN_SECRET_ARN", adminSecret);
        return environment;
    }
}
