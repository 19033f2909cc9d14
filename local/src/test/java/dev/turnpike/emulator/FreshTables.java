package dev.turnpike.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.AccessContract;
import dev.turnpike.aws.CheckedRows;
import dev.turnpike.aws.DynamoAccountStore;
import dev.turnpike.aws.DynamoAccounts;
import dev.turnpike.aws.DynamoAnswerStore;
import dev.turnpike.aws.DynamoAttemptCounter;
import dev.turnpike.aws.DynamoAuditLog;
import dev.turnpike.aws.DynamoBreakerStore;
import dev.turnpike.aws.DynamoConversationStore;
import dev.turnpike.aws.DynamoKeyStore;
import dev.turnpike.aws.DynamoRunStore;
import dev.turnpike.aws.DynamoUsageStore;
import dev.turnpike.aws.DynamoWorkspaceStore;
import dev.turnpike.aws.EventRows;
import dev.turnpike.budget.AccountStore;
import dev.turnpike.cache.AnswerStore;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.ConversationStore.NewConversation;
import dev.turnpike.provider.BreakerStore;
import dev.turnpike.replay.EventLog;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.RunStore;
import dev.turnpike.run.StoreContract.Stores;
import dev.turnpike.usage.UsageStoreContract;
import dev.turnpike.workspace.WorkspaceStore;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import tools.jackson.databind.json.JsonMapper;

/// The stores on DynamoDB itself, through the real SDK: a server for a test class and those nested in it, a table for
/// each test.
final class FreshTables implements BeforeAllCallback, AfterAllCallback {
    private final boolean embedded;
    private final CapacityMeter capacity = new CapacityMeter();
    private final Throttle throttle = new Throttle();
    private String table = "";
    private URI endpoint = URI.create("http://127.0.0.1");
    private @Nullable EmbeddedDynamo server;
    private @Nullable DynamoDbClient client;

    private FreshTables(boolean embedded) {
        this.embedded = embedded;
    }

    /// On DynamoDB Local.
    FreshTables() {
        this(true);
    }

    static FreshTables onLocalStack() {
        return new FreshTables(false);
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        if (client != null) {
            return;
        }
        endpoint = endpoint();
        client = newClient(capacity, throttle);
    }

    /// Of another instance.
    DynamoDbClient newClient(ExecutionInterceptor... interceptors) {
        return DynamoDbClient.builder()
                .endpointOverride(endpoint)
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
                .httpClient(UrlConnectionHttpClient.create())
                .overrideConfiguration(override -> List.of(interceptors).forEach(override::addExecutionInterceptor))
                .build();
    }

    private URI endpoint() throws IOException {
        if (!embedded) {
            return LocalStack.cloud().dynamo();
        }
        server = EmbeddedDynamo.start(null);
        return server.endpoint();
    }

    /// Every row of the newest table.
    List<Map<String, AttributeValue>> everything() {
        return client().scanPaginator(request -> request.tableName(table)).items().stream()
                .toList();
    }

    /// Writes over rows of the newest table, or adds one.
    void put(Map<String, AttributeValue> row) {
        client().putItem(request -> request.tableName(table).item(row));
    }

    /// A row of the newest table.
    void delete(Map<String, AttributeValue> row) {
        Map<String, AttributeValue> key = new HashMap<>(row);
        key.keySet().retainAll(List.of("pk", "sk"));
        client().deleteItem(request -> request.tableName(table).key(key));
    }

    /// What the stores consume.
    CapacityMeter capacity() {
        return capacity;
    }

    /// What the table leaves undone.
    Throttle throttle() {
        return throttle;
    }

    /// Nested classes come and go before their outermost one.
    @Override
    public void afterAll(ExtensionContext context) {
        if (context.getRequiredTestClass().isMemberClass()) {
            return;
        }
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

    /// Of the newest table.
    WorkspaceStore workspaces(InstantSource clock) {
        return new DynamoWorkspaceStore(client(), table, clock);
    }

    /// The newest table, to be checked.
    CheckedRows checked(InstantSource clock) {
        return new CheckedRows(client(), table, WireJson.mapper(), clock);
    }

    EventLog eventLog(InstantSource clock) {
        table = "table-" + UUID.randomUUID();
        Table.create(client(), table);
        return new EventRows(client(), table, clock);
    }

    AccessContract.AccessStores access() {
        table = "table-" + UUID.randomUUID();
        Table.create(client(), table);
        return moreAccess(client());
    }

    /// Of another instance, over the newest table.
    AccessContract.AccessStores moreAccess(DynamoDbClient ofInstance) {
        return new AccessContract.AccessStores(
                new DynamoKeyStore(ofInstance, table),
                new DynamoAccounts(ofInstance, table),
                new DynamoAttemptCounter(ofInstance, table),
                new DynamoAuditLog(ofInstance, table));
    }

    BreakerStore breakers() {
        table = "table-" + UUID.randomUUID();
        Table.create(client(), table);
        return new DynamoBreakerStore(client(), table);
    }

    AnswerStore answerStore() {
        table = "table-" + UUID.randomUUID();
        Table.create(client(), table);
        return new DynamoAnswerStore(client(), table);
    }

    AccountStore accountStore(InstantSource clock) {
        table = "table-" + UUID.randomUUID();
        Table.create(client(), table);
        return new DynamoAccountStore(client(), table, clock);
    }

    /// The counters of a ledger, and who writes it.
    UsageStoreContract.Stores usageStores(InstantSource clock) {
        RunStore runs = stores(clock, Duration.ofDays(30), _ -> {
                    throw new IllegalStateException("there are no requests here");
                })
                .runs();
        return new UsageStoreContract.Stores(runs, new DynamoUsageStore(client(), table));
    }

    /// Deletes a conversation that was in the newest table.
    void delete(ConversationKey conversation, Instant now) {
        var conversations = new DynamoConversationStore(client(), table, WireJson.mapper(), () -> now);
        conversations.create(new NewConversation(conversation, Map.of(), List.of(), now, now.plus(Duration.ofDays(1))));
        assertThat(conversations.delete(conversation, now)).isTrue();
    }

    private DynamoDbClient client() {
        if (client == null) {
            throw new IllegalStateException("the server has not been started");
        }
        return client;
    }
}
