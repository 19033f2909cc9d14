package dev.turnpike.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.secretsmanager.model.ResourceNotFoundException;

class EmulatorsTest {
    private static final URI UNUSED = URI.create("http://127.0.0.1:1");

    @Test
    void theTableKeepsItsItemsFromOneStartToTheNext(@TempDir Path directory) throws Exception {
        var item = Map.of("pk", AttributeValue.fromS("T#demo"), "sk", AttributeValue.fromS("META"));
        try (var server = EmbeddedDynamo.start(directory);
                var dynamo = cloud(server.endpoint(), UNUSED, UNUSED).dynamoClient()) {
            Table.create(dynamo, "turnpike");
            dynamo.putItem(request -> request.tableName("turnpike").item(item));
        }
        try (var server = EmbeddedDynamo.start(directory);
                var dynamo = cloud(server.endpoint(), UNUSED, UNUSED).dynamoClient()) {
            Table.create(dynamo, "turnpike");
            assertThat(dynamo.getItem(request -> request.tableName("turnpike").key(item))
                            .item())
                    .isEqualTo(item);
        }
    }

    @Test
    void theTableHasTheSparseIndexAndTheExpiryAttribute() throws Exception {
        try (var server = EmbeddedDynamo.start(null);
                var dynamo = cloud(server.endpoint(), UNUSED, UNUSED).dynamoClient()) {
            Table.create(dynamo, "turnpike");
            var table = dynamo.describeTable(request -> request.tableName("turnpike"))
                    .table();
            assertThat(table.globalSecondaryIndexes()).singleElement().satisfies(index -> {
                assertThat(index.indexName()).isEqualTo("gsi1");
                assertThat(index.projection().projectionType()).isEqualTo(ProjectionType.KEYS_ONLY);
            });
            assertThat(dynamo.describeTimeToLive(request -> request.tableName("turnpike"))
                            .timeToLiveDescription()
                            .attributeName())
                    .isEqualTo("ttl");
        }
    }

    @Test
    void aMessageReceivedTooOftenGoesToTheDeadLetterQueue() throws Exception {
        try (var server = EmbeddedQueues.start(Cloud.REGION);
                var sqs = cloud(UNUSED, server.endpoint(), UNUSED).sqsClient()) {
            Queue queue = Queue.create(sqs, "steps", Duration.ZERO, 2);
            sqs.sendMessage(
                    request -> request.queueUrl(queue.url()).messageBody("{}").messageGroupId("demo"));
            for (int delivery = 1; delivery <= 3; delivery++) {
                sqs.receiveMessage(request -> request.queueUrl(queue.url()).waitTimeSeconds(1));
            }
            assertThat(sqs.receiveMessage(request ->
                                    request.queueUrl(queue.deadLetterUrl()).waitTimeSeconds(1))
                            .messages())
                    .hasSize(1);
        }
    }

    @Test
    void secretsAreCreatedReadAndRotatedByNameOrArn() throws Exception {
        try (var server = SecretsEndpoint.start();
                var secrets = cloud(UNUSED, UNUSED, server.endpoint()).secretsClient()) {
            String arn = secrets.createSecret(
                            request -> request.name("turnpike-admin").secretString("one"))
                    .arn();
            assertThat(secrets.getSecretValue(request -> request.secretId(arn)).secretString())
                    .isEqualTo("one");
            secrets.putSecretValue(request -> request.secretId("turnpike-admin").secretString("two"));
            assertThat(secrets.getSecretValue(request -> request.secretId(arn)).secretString())
                    .isEqualTo("two");
            assertThatThrownBy(() -> secrets.getSecretValue(request -> request.secretId("nothing")))
                    .isInstanceOf(ResourceNotFoundException.class);
        }
    }

    private static Cloud cloud(URI dynamo, URI sqs, URI secrets) {
        return new Cloud(dynamo, sqs, secrets, Cloud.REGION, Cloud.ANY_KEY, Cloud.ANY_KEY);
    }
}
