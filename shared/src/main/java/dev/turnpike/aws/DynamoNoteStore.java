package dev.turnpike.aws;

import dev.turnpike.builtin.NoteStore;
import dev.turnpike.conversation.ConversationKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/// Notes of the `remember` tool in the table, beside the items of their conversation.
public final class DynamoNoteStore implements NoteStore {
    private static final int MOST_NOTES = 100;

    private final Table table;
    private final Transactions transactions;
    private final InstantSource clock;
    private final Duration timeToLive;

    public DynamoNoteStore(DynamoDbClient dynamo, String table, InstantSource clock, Duration timeToLive) {
        this.table = new Table(dynamo, table);
        this.transactions = new Transactions(dynamo);
        this.clock = clock;
        this.timeToLive = timeToLive;
    }

    @Override
    public void put(String tenant, String conversation, String name, String text) {
        Row note = Row.at(pk(tenant, conversation), TableKeys.NOTE_PREFIX + name)
                .put("text", text)
                .expires(clock.instant().plus(timeToLive));
        Put put = Put.builder().tableName(table.name()).item(note.attributes()).build();
        transactions.write(
                UUID.randomUUID().toString(),
                List.of(
                        ConversationDeletion.notDeleted(table, new ConversationKey(tenant, conversation)),
                        TransactWriteItem.builder().put(put).build()));
    }

    @Override
    public Optional<String> find(String tenant, String conversation, String name) {
        Instant now = clock.instant();
        return table.get(TableKeys.key(pk(tenant, conversation), TableKeys.NOTE_PREFIX + name))
                .filter(row -> !row.expired(now))
                .map(row -> row.text("text"));
    }

    @Override
    public Map<String, String> all(String tenant, String conversation) {
        Instant now = clock.instant();
        Map<String, String> notes = new TreeMap<>();
        table.allWithPrefix(pk(tenant, conversation), TableKeys.NOTE_PREFIX).stream()
                .filter(row -> !row.expired(now))
                .limit(MOST_NOTES)
                .forEach(row ->
                        notes.put(row.text(TableKeys.SK).substring(TableKeys.NOTE_PREFIX.length()), row.text("text")));
        return notes;
    }

    private static String pk(String tenant, String conversation) {
        return TableKeys.conversation(new ConversationKey(tenant, conversation));
    }
}
