package dev.turnpike.emulator;

import dev.turnpike.aws.DynamoConversationStore;
import dev.turnpike.aws.DynamoRunStore;
import dev.turnpike.aws.EventRows;
import dev.turnpike.conversation.ConversationStore;
import dev.turnpike.replay.EventLog;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.StoreContract.Stores;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.json.JsonMapper;

/// The stores on DynamoDB itself, through the real SDK: a server for a test class, a table for each test.
final class FreshTables implements BeforeAllCallback, AfterAllCallback {
    private final CapacityMeter capacity = new CapacityMeter();
    private final Throttle throttle = new Throttle();
    private String table = "";
    private @Nullable EmbeddedDynamo server;
    private @Nullable DynamoDbClient client;

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        server = EmbeddedDynamo.start(null);
        client = DynamoDbClient.builder()
                .endpointOverride(server.endpoint())
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
                .httpClient(UrlConnectionHttpClient.create())
                .overrideConfiguration(
                        override -> override.addExecutionInterceptor(capacity).addExecutionInterceptor(throttle))
                .build();
    }

    /// Every row of the newest table.
    List<Map<String, AttributeValue>> everything() {
        return client().scanPaginator(request -> request.tableName(table)).items().stream()
                .toList();
    }

    /// What the stores consume.
    CapacityMeter capacity() {
        return capacity;
    }

    /// What the table leaves undone.
    Throttle throttle() {
        return throttle;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        client().close();
        if (server != null) {
            server.close();
        }
    }

    Stores stores(InstantSource clock, Duration timeToLive, RunRequest.Reader requests) {
        table = "table-" + UUID.randomUUID();
        Table.create(client(), table);
        JsonMapper mapper = WireJson.mapper();
        return new Stores(
                new DynamoRunStore(client(), table, requests, mapper, clock, timeToLive),
                new DynamoConversationStore(client(), table, mapper, clock));
    }

    EventLog eventLog(InstantSource clock) {
        table = "table-" + UUID.randomUUID();
        Table.create(client(), table);
        return new EventRows(client(), table, clock);
    }

    /// In the newest table.
    ConversationStore conversations(InstantSource clock) {
        return new DynamoConversationStore(client(), table, WireJson.mapper(), clock);
    }

    private DynamoDbClient client() {
        if (client == null) {
            throw new IllegalStateException("the server has not been started");
        }
        return client;
    }
}
