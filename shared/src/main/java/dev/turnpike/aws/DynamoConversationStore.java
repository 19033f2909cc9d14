package dev.turnpike.aws;

import dev.turnpike.aws.Transactions.Written;
import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.Conversation.ForkPoint;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.ConversationStore;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.run.StoreUnavailableException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import tools.jackson.databind.json.JsonMapper;

/// Conversations in the table.
public final class DynamoConversationStore implements ConversationStore {
    static final String METADATA = "metadata";

    /// When the entry in the list expires, in seconds.
    static final String LISTED = "listed";

    private static final long LEAST_WIDTH = 100;
    private static final long MOST_WIDTH = 1_600;

    private final Table table;
    private final Transactions transactions;
    private final ItemRows items;
    private final InstantSource clock;
    private final ConversationDeletion deletion;
    private final ItemDeletion itemDeletion;
    private final TurnTransaction turns;

    public DynamoConversationStore(DynamoDbClient dynamo, String table, JsonMapper mapper, InstantSource clock) {
        this.table = new Table(dynamo, table);
        this.transactions = new Transactions(dynamo);
        this.items = new ItemRows(new ItemCodec(mapper));
        this.clock = clock;
        this.deletion = new ConversationDeletion(this.table);
        this.itemDeletion = new ItemDeletion(this.table, transactions, items);
        this.turns = new TurnTransaction(this.table, transactions, items);
    }

    @Override
    public boolean create(NewConversation made) {
        Instant listed = Conversation.listedUntil(made.createdAt(), made.expiresAt());
        List<TransactWriteItem> actions = new ArrayList<>();
        actions.add(Transactions.putNew(
                table.name(),
                Row.at(TableKeys.conversation(made.key()), TableKeys.META)
                        .put("nextSeq", made.items().size())
                        .put(METADATA, texts(made.metadata()))
                        .put(LISTED, listed.getEpochSecond())
                        .put("created", made.createdAt())
                        .expires(made.expiresAt())));
        actions.add(Transactions.put(table.name(), listEntry(made.key(), listed)));
        actions.addAll(puts(made.key(), 0, made.items(), made.createdAt(), made.expiresAt(), actions.size()));
        return transactions.write(made.key().id(), actions) instanceof Written.Done;
    }

    static Row listEntry(ConversationKey key, Instant until) {
        return Row.at(TableKeys.tenant(key.tenant()), TableKeys.conversationListEntry(key.id()))
                .expires(until);
    }

    private List<TransactWriteItem> puts(
            ConversationKey key, long firstSeq, List<Item> added, Instant now, Instant expires, int otherActions) {
        List<ItemRows.Written> written = new ArrayList<>();
        for (Item item : added) {
            written.add(items.write(key, null, firstSeq + written.size(), 0, now, expires, item));
        }
        ItemRows.check(written, otherActions);
        return written.stream()
                .flatMap(item -> item.rows().stream())
                .map(row -> Transactions.putNew(table.name(), row))
                .toList();
    }

    private static AttributeValue texts(Map<String, String> texts) {
        Map<String, AttributeValue> values = new LinkedHashMap<>();
        texts.forEach((name, text) -> values.put(name, AttributeValue.fromS(text)));
        return AttributeValue.fromM(values);
    }

    private static Map<String, String> texts(@Nullable AttributeValue values) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (values != null) {
            values.m().forEach((name, value) -> texts.put(name, value.s()));
        }
        return texts;
    }

    @Override
    public Optional<Conversation> find(ConversationKey key) {
        return table.get(TableKeys.meta(key)).filter(this::lives).map(row -> read(key, row));
    }

    private boolean lives(Row head) {
        return !head.expired(clock.instant()) && !ConversationDeletion.isTombstone(head);
    }

    @Override
    public boolean describe(ConversationKey key, Map<String, String> metadata, Instant now) {
        var update = table.update(TableKeys.meta(key))
                .set(METADATA, texts(metadata))
                .conditionPresent("nextSeq")
                .compare(TableKeys.TTL, ">", now.getEpochSecond());
        return transactions.write(token(), List.of(Transactions.update(update))) instanceof Written.Done;
    }

    @Override
    public List<Conversation> newestFirst(String tenant, @Nullable String before, int limit) {
        String last = TableKeys.conversationListEntry(before == null ? "~" : before);
        List<Conversation> found = new ArrayList<>();
        while (found.size() < limit) {
            // The first may be the one that the last page ended with.
            int wanted = limit - found.size() + 1;
            List<ConversationKey> listed =
                    table
                            .between(TableKeys.tenant(tenant), TableKeys.conversationListEntry(""), last, true, wanted)
                            .stream()
                            .map(row -> row.text(TableKeys.SK))
                            .map(sk -> new ConversationKey(
                                    tenant, sk.substring(TableKeys.CONVERSATION_LIST_PREFIX.length())))
                            .toList();
            String beforeThese = last;
            List<ConversationKey> older = listed.stream()
                    .filter(key -> !TableKeys.conversationListEntry(key.id()).equals(beforeThese))
                    .toList();
            found.addAll(heads(older));
            if (listed.size() < wanted) {
                break;
            }
            last = TableKeys.conversationListEntry(listed.getLast().id());
        }
        return found.subList(0, Math.min(limit, found.size()));
    }

    /// Those that live, in the same order.
    private List<Conversation> heads(List<ConversationKey> keys) {
        Map<String, Row> heads = new HashMap<>();
        table.getAll(keys.stream().map(TableKeys::meta).toList())
                .forEach(row -> heads.put(row.text(TableKeys.PK), row));
        List<Conversation> living = new ArrayList<>();
        for (ConversationKey key : keys) {
            Row head = heads.get(TableKeys.conversation(key));
            if (head != null && lives(head)) {
                living.add(read(key, head));
            }
        }
        return living;
    }

    @Override
    public void keepListed(ConversationKey key, Instant until) {
        var update = table.update(TableKeys.meta(key))
                .set(LISTED, until.getEpochSecond())
                .conditionPresent("nextSeq");
        transactions.write(
                token(), List.of(Transactions.update(update), Transactions.put(table.name(), listEntry(key, until))));
        keepWorkspace(key, until);
    }

    private void keepWorkspace(ConversationKey key, Instant until) {
        String pk = TableKeys.conversation(key);
        boolean hasOne = table.getFromAnyReplica(WorkspaceKeys.head(key), WorkspaceRows.REVISION)
                .isPresent();
        if (hasOne) {
            table.streamWithPrefix(pk, WorkspaceKeys.HEAD)
                    .map(row -> TableKeys.key(pk, row.text(TableKeys.SK)))
                    .forEach(row -> table.runIfHolds(table.update(row)
                            .set(TableKeys.TTL, until.getEpochSecond())
                            .conditionPresent(TableKeys.TTL)));
        }
    }

    @Override
    public Change add(ConversationKey key, long firstSeq, List<Item> added, Instant now, Instant expiresAt) {
        List<TransactWriteItem> actions = new ArrayList<>();
        actions.add(CreateTransaction.append(table.name(), key, firstSeq, firstSeq + added.size(), null, expiresAt));
        actions.addAll(puts(key, firstSeq, added, now, expiresAt, actions.size()));
        Change change = added(actions);
        return change == Change.BUSY && turns.passOverEnded(key) ? added(actions) : change;
    }

    private Change added(List<TransactWriteItem> actions) {
        return switch (transactions.write(token(), actions)) {
            case Written.Done() -> Change.DONE;
            case Written.Refused(int _, Row found) -> found.has("nextSeq") ? Change.BUSY : Change.GONE;
        };
    }

    @Override
    public Change remove(ConversationKey key, List<StoredItem> gone, Instant now) {
        return find(key)
                .map(head -> head.activeRun() == null ? itemDeletion.remove(key, gone, now) : Change.BUSY)
                .orElse(Change.GONE);
    }

    /// Of a write that is not repeated but by the transaction itself.
    private static String token() {
        return UUID.randomUUID().toString();
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
                texts(row.value(METADATA)),
                row.instant("created"),
                Instant.ofEpochSecond(row.number(TableKeys.TTL, Long.MAX_VALUE / 1_000_000_000)),
                row.has(LISTED) ? Instant.ofEpochSecond(row.number(LISTED)) : null);
    }

    /// Reads from any replica, at half the price, and again from the leader only when that one lags: places have no
    /// gap, and an item knows how many parts it has, so what is missing shows.
    @Override
    public List<StoredItem> newestFirst(ConversationKey key, long beforeSeq, int limit, long mostCharacters) {
        List<StoredItem> newest = new ArrayList<>();
        long before = beforeSeq;
        long characters = 0;
        long width = limit;
        while (before > 0 && newest.size() < limit && characters < mostCharacters) {
            long from = Math.max(0, before - width);
            ItemReader read = newest(key, from, before, limit - newest.size(), mostCharacters - characters);
            newest.addAll(read.items());
            characters += read.characters();
            // What is not there has expired, and all before it has.
            before = read.full() || read.places() < before - from ? 0 : from;
            // Where many were deleted, fewer reads pass over them.
            width = Math.clamp(2 * width, LEAST_WIDTH, MOST_WIDTH);
        }
        return newest;
    }

    private ItemReader newest(ConversationKey key, long from, long before, int limit, long mostCharacters) {
        var any = new Span(key, from, before, limit, mostCharacters);
        ItemReader read = read(any, Order.NEWEST_FIRST);
        long reached = read.full() ? read.items().getLast().seq() : from;
        if (read.places() == before - reached && !read.torn()) {
            return read;
        }
        ItemReader again = read(any, Order.NEWEST_FIRST_FROM_THE_LEADER);
        return whole(again);
    }

    @Override
    public List<StoredItem> oldestFirst(ConversationKey key, long fromSeq, long toSeq, int limit, long mostCharacters) {
        if (fromSeq >= toSeq || limit <= 0) {
            return List.of();
        }
        var reader = new ItemReader(items, clock.instant(), limit, mostCharacters);
        table.fewOf(
                TableKeys.conversation(key), TableKeys.item(fromSeq), TableKeys.itemEnd(toSeq - 1), limit, reader::add);
        return whole(reader).items();
    }

    @Override
    public List<StoredItem> range(ConversationKey key, long fromSeq, long toSeq) {
        return fromSeq >= toSeq
                ? List.of()
                : whole(read(new Span(key, fromSeq, toSeq, Integer.MAX_VALUE, Long.MAX_VALUE), Order.OLDEST_FIRST))
                        .items();
    }

    /// An item is written with all its parts or not at all, but deleted row by row.
    private static ItemReader whole(ItemReader read) {
        if (read.torn()) {
            throw new StoreUnavailableException(
                    "items are being deleted", new IllegalStateException("an item lacks a part"));
        }
        return read;
    }

    private enum Order {
        NEWEST_FIRST,
        NEWEST_FIRST_FROM_THE_LEADER,
        OLDEST_FIRST
    }

    /// Which items to read, and how much of them.
    private record Span(ConversationKey key, long fromSeq, long toSeq, int limit, long mostCharacters) {}

    private ItemReader read(Span span, Order order) {
        var reader = new ItemReader(items, clock.instant(), span.limit(), span.mostCharacters());
        table.between(
                TableKeys.conversation(span.key()),
                TableKeys.item(span.fromSeq()),
                TableKeys.itemEnd(span.toSeq() - 1),
                order != Order.OLDEST_FIRST,
                order != Order.NEWEST_FIRST,
                reader::add);
        return reader;
    }
}
