package dev.turnpike.aws;

import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.Conversation.ForkPoint;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.ConversationStore;
import dev.turnpike.conversation.StoredItem;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import tools.jackson.databind.json.JsonMapper;

/// Conversations in the table.
public final class DynamoConversationStore implements ConversationStore {
    private final Table table;
    private final ItemCodec items;
    private final InstantSource clock;
    private final ConversationDeletion deletion;

    public DynamoConversationStore(DynamoDbClient dynamo, String table, JsonMapper mapper, InstantSource clock) {
        this.table = new Table(dynamo, table);
        this.items = new ItemCodec(mapper);
        this.clock = clock;
        this.deletion = new ConversationDeletion(this.table);
    }

    @Override
    public boolean create(ConversationKey key, Instant now, Instant expiresAt) {
        boolean created = table.putIfAbsent(Row.at(TableKeys.conversation(key), TableKeys.META)
                .put("nextSeq", 0)
                .put("created", now)
                .expires(expiresAt));
        table.put(Row.at(TableKeys.tenant(key.tenant()), TableKeys.conversationListEntry(key.id()))
                .put("created", now)
                .expires(expiresAt));
        return created;
    }

    @Override
    public Optional<Conversation> find(ConversationKey key) {
        return table.get(TableKeys.meta(key))
                .filter(row -> !row.expired(clock.instant()) && !ConversationDeletion.isTombstone(row))
                .map(row -> read(key, row));
    }

    @Override
    public boolean delete(ConversationKey key, Instant now) {
        return deletion.delete(key, now);
    }

    private static Conversation read(ConversationKey key, Row row) {
        String parent = row.optionalText("parent");
        return new Conversation(
                key,
                row.number("nextSeq"),
                row.optionalText("activeRun"),
                parent == null ? null : new ForkPoint(parent, row.number("parentSeq")),
                RunCodec.totals(row),
                row.instant("created"),
                Instant.ofEpochSecond(row.number(TableKeys.TTL, Long.MAX_VALUE / 1_000_000_000)));
    }

    /// Reads from any replica, at half the price, and again from the leader only when that one lags: sequence numbers
    /// have no gap, so a missing item shows.
    @Override
    public List<StoredItem> newestFirst(ConversationKey key, long beforeSeq, int limit) {
        long from = Math.max(0, beforeSeq - limit);
        if (from >= beforeSeq) {
            return List.of();
        }
        List<StoredItem> read = read(key, from, beforeSeq, true, false);
        boolean whole = read.size() == beforeSeq - from;
        return whole ? read : read(key, from, beforeSeq, true, true);
    }

    @Override
    public List<StoredItem> range(ConversationKey key, long fromSeq, long toSeq) {
        return fromSeq >= toSeq ? List.of() : read(key, fromSeq, toSeq, false, true);
    }

    private List<StoredItem> read(
            ConversationKey key, long fromSeq, long toSeq, boolean newestFirst, boolean consistent) {
        Instant now = clock.instant();
        return table
                .between(
                        TableKeys.conversation(key),
                        TableKeys.item(fromSeq),
                        TableKeys.item(toSeq - 1),
                        newestFirst,
                        consistent)
                .stream()
                .filter(row -> !row.expired(now))
                .map(items::read)
                .toList();
    }
}
