package dev.turnpike.aws;

import dev.turnpike.access.KeyStore;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/// API keys in the table.
public final class DynamoKeyStore implements KeyStore {
    private final Table table;

    public DynamoKeyStore(DynamoDbClient dynamo, String table) {
        this.table = new Table(dynamo, table);
    }

    @Override
    public Optional<StoredKey> find(String sha256) {
        return table.get(TableKeys.key(TableKeys.apiKey(sha256), "KEY"))
                .map(row -> new StoredKey(
                        row.text("id"),
                        row.text("tenant"),
                        row.text("name"),
                        row.instant("created"),
                        row.optionalInstant("disabled"),
                        caching(row)));
    }

    private static @Nullable Caching caching(Row row) {
        return row.has("cacheSeconds")
                ? new Caching(Duration.ofSeconds(row.number("cacheSeconds")), row.flag("cacheAnyway"))
                : null;
    }

    @Override
    public boolean create(String sha256, StoredKey key) {
        Row row = Row.at(TableKeys.apiKey(sha256), "KEY")
                .put("id", key.id())
                .put("tenant", key.tenant())
                .put("name", key.name())
                .put("created", key.createdAt())
                .put("disabled", key.disabledAt());
        Caching caching = key.caching();
        if (caching != null) {
            row.put("cacheSeconds", caching.timeToLive().toSeconds()).put("cacheAnyway", caching.anyway());
        }
        return table.putIfAbsent(row);
    }

    /// Asks the table for nothing but an answer.
    public void probe() {
        table.get(TableKeys.key(TableKeys.apiKey("probe"), "KEY"));
    }
}
