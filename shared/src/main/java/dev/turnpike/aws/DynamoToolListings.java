package dev.turnpike.aws;

import dev.turnpike.remote.ListingStore;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// A row for each server of tools: what it listed last, and who may ask it now.
public final class DynamoToolListings implements ListingStore {
    private static final Duration KEPT = Duration.ofDays(30);
    private static final String LISTING = "listing";
    private static final String AT = "at";
    private static final String CLAIMED = "claimedUntil";

    private final Supplier<DynamoDbClient> client;
    private final String table;

    public DynamoToolListings(Supplier<DynamoDbClient> client, String table) {
        this.client = client;
        this.table = table;
    }

    @Override
    public Optional<Kept> find(String server) {
        return table().get(key(server)).flatMap(DynamoToolListings::kept);
    }

    private static Optional<Kept> kept(Row row) {
        String listing = row.optionalText(LISTING);
        return listing == null ? Optional.empty() : Optional.of(new Kept(listing, row.instant(AT)));
    }

    @Override
    public boolean claim(String server, Instant now, Instant until) {
        return table().runIfHolds(row(server, now)
                .set(CLAIMED, until.toEpochMilli())
                .conditionAbsentOrAtMost(CLAIMED, now.toEpochMilli()));
    }

    /// Whoever was slower overwrites what is as good.
    @Override
    public void save(String server, Kept listing) {
        var _ = table().runIfHolds(row(server, listing.at())
                .set(LISTING, listing.json())
                .set(AT, listing.at().toEpochMilli())
                .set(CLAIMED, 0));
    }

    private UpdateRow row(String server, Instant now) {
        return new UpdateRow(table, key(server))
                .set(TableKeys.TTL, now.plus(KEPT).getEpochSecond());
    }

    private static Map<String, AttributeValue> key(String server) {
        return TableKeys.key("TOOLS#" + server, "TOOLS");
    }

    private Table table() {
        return new Table(client.get(), table);
    }
}
