package dev.turnpike.aws;

import dev.turnpike.check.CheckedTable;
import dev.turnpike.check.Partition;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunStore;
import java.time.InstantSource;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import tools.jackson.databind.json.JsonMapper;

/// The table, to be checked. Queries of single partitions and reads of single rows only.
public final class CheckedRows implements CheckedTable {
    private final Table table;
    private final JsonMapper mapper;
    private final InstantSource clock;

    public CheckedRows(DynamoDbClient dynamo, String table, JsonMapper mapper, InstantSource clock) {
        this.table = new Table(dynamo, table);
        this.mapper = mapper;
        this.clock = clock;
    }

    @Override
    public Stream<ConversationKey> conversations(String tenant) {
        String prefix = TableKeys.conversationListEntry("");
        Stream<ConversationKey> listed = table.streamWithPrefix(TableKeys.tenant(tenant), prefix)
                .map(row -> new ConversationKey(tenant, row.text(TableKeys.SK).substring(prefix.length())));
        Stream<ConversationKey> unlisted = IntStream.range(0, RunStore.ACTIVE_SHARDS)
                .mapToObj(TableKeys::active)
                .flatMap(table::index)
                .map(TableKeys::runOf)
                .flatMap(Optional::stream)
                .map(RunKey::conversation)
                .filter(key -> key.tenant().equals(tenant))
                .distinct()
                .filter(key -> !isListed(key));
        return Stream.concat(listed, unlisted);
    }

    private boolean isListed(ConversationKey key) {
        return table.get(TableKeys.key(TableKeys.tenant(key.tenant()), TableKeys.conversationListEntry(key.id())))
                .isPresent();
    }

    @Override
    public Partition read(ConversationKey key) {
        var reader = new PartitionReader(key, mapper, clock.instant());
        table.streamWithPrefix(TableKeys.conversation(key), "").forEach(reader::add);
        return reader.partition(this::runUnderKey);
    }

    /// The run that an unexpired idempotency record leads to; empty for none.
    private Optional<String> runUnderKey(ConversationKey key, String keyHash) {
        return table.get(TableKeys.idempotencyRow(key.tenant(), keyHash))
                .filter(row -> !row.expired(clock.instant()))
                .map(row -> row.text("conversation").equals(key.id())
                        ? row.text("run")
                        : row.text("run") + " of conv_" + row.text("conversation"));
    }
}
