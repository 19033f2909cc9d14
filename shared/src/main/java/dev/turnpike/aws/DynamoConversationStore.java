package dev.turnpike.aws;

import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.Conversation.ForkPoint;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.ConversationStore;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.run.StoreUnavailableException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import tools.jackson.databind.json.JsonMapper;

/// Conversations in the table.
public final class DynamoConversationStore implements ConversationStore {
    private final Table table;
    private final ItemRows items;
    private final InstantSource clock;
    private final ConversationDeletion deletion;

    public DynamoConversationStore(DynamoDbClient dynamo, String table, JsonMapper mapper, InstantSource clock) {
        this.table = new Table(dynamo, table);
        this.items = new ItemRows(new ItemCodec(mapper));
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

    static Conversation read(ConversationKey key, Row row) {
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
    /// have no gap, and an item knows how many parts it has, so what is missing shows.
    @Override
    public List<StoredItem> newestFirst(ConversationKey key, long beforeSeq, int limit, long mostCharacters) {
        long from = Math.max(0, beforeSeq - limit);
        if (from >= beforeSeq) {
            return List.of();
        }
        ItemReader read = read(key, from, beforeSeq, Order.NEWEST_FIRST, mostCharacters);
        List<StoredItem> items = read.items();
        long oldest = read.full() ? items.getLast().seq() : from;
        return items.size() == beforeSeq - oldest && !read.torn()
                ? items
                : whole(read(key, from, beforeSeq, Order.NEWEST_FIRST_FROM_THE_LEADER, mostCharacters));
    }

    @Override
    public List<StoredItem> range(ConversationKey key, long fromSeq, long toSeq) {
        return fromSeq >= toSeq ? List.of() : whole(read(key, fromSeq, toSeq, Order.OLDEST_FIRST, Long.MAX_VALUE));
    }

    /// An item is written with all its parts or not at all, but deleted row by row.
    private static List<StoredItem> whole(ItemReader read) {
        if (read.torn()) {
            throw new StoreUnavailableException(
                    "items are being deleted", new IllegalStateException("an item lacks a part"));
        }
        return read.items();
    }

    private enum Order {
        NEWEST_FIRST,
        NEWEST_FIRST_FROM_THE_LEADER,
        OLDEST_FIRST
    }

    private ItemReader read(ConversationKey key, long fromSeq, long toSeq, Order order, long mostCharacters) {
        var reader = new ItemReader(items, clock.instant(), mostCharacters);
        table.between(
                TableKeys.conversation(key),
                TableKeys.item(fromSeq),
                TableKeys.itemEnd(toSeq - 1),
                order != Order.OLDEST_FIRST,
                order != Order.NEWEST_FIRST,
                reader::add);
        return reader;
    }
}
