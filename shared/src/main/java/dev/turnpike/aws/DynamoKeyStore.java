package dev.turnpike.aws;

import dev.turnpike.access.KeyStore;
import dev.turnpike.access.KeyTerms;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/// API keys in the table, a row each, and a list of them.
public final class DynamoKeyStore implements KeyStore {
    /// Behind every id.
    private static final String END = "~";

    private static final String CREATED = "created";

    private final Table table;
    private final RequestCounts requests;

    public DynamoKeyStore(DynamoDbClient dynamo, String table) {
        this.table = new Table(dynamo, table);
        this.requests = new RequestCounts(this.table);
    }

    @Override
    public Optional<Seen> find(String id, Instant now) {
        return table.get(TableKeys.apiKey(id)).filter(KeyRows::isKey).map(row -> seen(row, now));
    }

    private static Seen seen(Row row, Instant now) {
        return new Seen(KeyRows.read(row), AccountRows.settled(row, now), RequestCounts.in(row, now));
    }

    @Override
    public Optional<Seen> count(String id, String sha256, Instant now) {
        Map<String, AttributeValue> key = TableKeys.apiKey(id);
        UpdateRow update = requests.counting(key, now)
                .conditionEither(KeyRows.HASH, KeyRows.PREVIOUS, sha256, KeyRows.PREVIOUS_UNTIL, now.toEpochMilli());
        try {
            var answer = table.run(update.request()
                    .returnValues(ReturnValue.ALL_NEW)
                    .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
                    .build());
            Row row = new Row(answer.attributes());
            requests.saw(key, row, now);
            return Optional.of(seen(row, now));
        } catch (ConditionalCheckFailedException refused) {
            return Optional.of(new Row(refused.hasItem() ? refused.item() : Map.of()))
                    .filter(KeyRows::isKey)
                    .map(row -> seen(row, now));
        }
    }

    /// The key comes last: one that works is in the lists.
    @Override
    public boolean create(StoredKey key) {
        String tenant = key.owner().tenant();
        table.putIfAbsent(Row.at(TableKeys.TENANTS, tenant).put(CREATED, key.createdAt()));
        table.putIfAbsent(Row.at(TableKeys.KEYS, key.id()).put("tenant", tenant).put(CREATED, key.createdAt()));
        return table.putIfAbsent(KeyRows.write(key));
    }

    @Override
    public boolean change(String id, KeyTerms terms) {
        return table.runIfHolds(KeyRows.change(existing(id), terms));
    }

    @Override
    public boolean rotate(String id, String sha256, Instant previousUntil) {
        String present = table.get(TableKeys.apiKey(id))
                .filter(row -> KeyRows.isKey(row) && !row.has(KeyRows.DISABLED))
                .map(row -> row.text(KeyRows.HASH))
                .orElse(null);
        // Two rotations at once: the second one does not know the first one's key, and must not bring back an older.
        return present != null
                && table.runIfHolds(table.update(TableKeys.apiKey(id))
                        .set(KeyRows.HASH, sha256)
                        .set(KeyRows.PREVIOUS, present)
                        .set(KeyRows.PREVIOUS_UNTIL, previousUntil.toEpochMilli())
                        .condition(KeyRows.HASH, present)
                        .conditionAbsent(KeyRows.DISABLED));
    }

    @Override
    public boolean disable(String id, Instant at) {
        UpdateRow update = existing(id).conditionAbsent(KeyRows.DISABLED).set(KeyRows.DISABLED, at.toEpochMilli());
        return table.runIfHolds(update)
                || table.get(TableKeys.apiKey(id)).filter(KeyRows::isKey).isPresent();
    }

    private UpdateRow existing(String id) {
        return table.update(TableKeys.apiKey(id)).conditionPresent(KeyRows.HASH);
    }

    @Override
    public List<StoredKey> list(@Nullable String tenant, @Nullable String after, int most) {
        List<String> ids = new ArrayList<>();
        table.between(TableKeys.KEYS, after == null ? "0" : after + " ", END, false, true, row -> {
            if (tenant == null || tenant.equals(row.text("tenant"))) {
                ids.add(row.text(TableKeys.SK));
            }
            return ids.size() < most;
        });
        Map<String, StoredKey> found = new HashMap<>();
        table.getAll(ids.stream().map(TableKeys::apiKey).toList()).stream()
                .filter(KeyRows::isKey)
                .map(KeyRows::read)
                .forEach(key -> found.put(key.id(), key));
        return ids.stream()
                .flatMap(id -> Optional.ofNullable(found.get(id)).stream())
                .toList();
    }

    /// Asks the table for nothing but an answer.
    public void probe() {
        table.get(TableKeys.apiKey("probe"));
    }
}
