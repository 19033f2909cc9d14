package dev.turnpike.aws;

import static software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure.ALL_OLD;

import dev.turnpike.conversation.Item;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.RunStore.ToolRecord;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/// What is known of a step's tool calls before the step is committed.
final class ToolCallRows {
    private final Table table;
    private final Transactions transactions;
    private final ItemRows items;
    private final Lifetime lifetime;
    private final InstantSource clock;

    ToolCallRows(Table table, Transactions transactions, ItemRows items, Lifetime lifetime, InstantSource clock) {
        this.table = table;
        this.transactions = transactions;
        this.items = items;
        this.lifetime = lifetime;
        this.clock = clock;
    }

    Map<Integer, ToolRecord> read(Run run) {
        String pk = TableKeys.conversation(run.key().conversation());
        String prefix = TableKeys.toolCalls(run.key().run(), run.step());
        Map<Integer, ToolRecord> records = new HashMap<>();
        for (Row row : table.allWithPrefix(pk, prefix)) {
            int index = Integer.parseInt(row.text(TableKeys.SK).substring(prefix.length()));
            records.put(index, new ToolRecord(index, row.text("tool"), row.text("key"), result(row)));
        }
        return records;
    }

    /// The intent stands only if the run is still in this holder's hands at that moment.
    boolean intend(Run run, ToolRecord intent) {
        String token = UUID.nameUUIDFromBytes((intent.key() + "|" + run.fence()).getBytes(StandardCharsets.UTF_8))
                .toString();
        return transactions.write(
                        token,
                        List.of(stillOurs(run), notDeleted(run), Transactions.putNew(table.name(), row(run, intent))))
                instanceof Transactions.Written.Done;
    }

    private TransactWriteItem notDeleted(Run run) {
        return ConversationDeletion.notDeleted(table, run.key().conversation());
    }

    /// The row may be there as an intent; a result is never replaced, and none is kept of a deleted conversation.
    void save(Run run, ToolRecord done) {
        Item.ToolResult result = done.result();
        if (result == null) {
            throw new IllegalArgumentException("a tool record without a result is an intent");
        }
        Row content = items.writeInto(new Row().expires(expires(run)), result);
        var update = table.update(TableKeys.key(
                        TableKeys.conversation(run.key().conversation()),
                        TableKeys.toolCall(run.key().run(), run.step(), done.index())))
                .set("tool", done.tool())
                .set("key", done.key())
                .conditionAbsent("done")
                .set("done", AttributeValue.fromBool(true));
        content.attributes().forEach(update::set);
        var saved = TransactWriteItem.builder()
                .update(update.transactional(ALL_OLD))
                .build();
        transactions.write(UUID.randomUUID().toString(), List.of(notDeleted(run), saved));
    }

    private Item.@Nullable ToolResult result(Row row) {
        return row.flag("done") && items.content(row, List.of()) instanceof Item.ToolResult result ? result : null;
    }

    private Instant expires(Run run) {
        return lifetime.end(run, clock.instant());
    }

    private Row row(Run run, ToolRecord record) {
        return Row.at(
                        TableKeys.conversation(run.key().conversation()),
                        TableKeys.toolCall(run.key().run(), run.step(), record.index()))
                .put("tool", record.tool())
                .put("key", record.key())
                .expires(expires(run));
    }

    private TransactWriteItem stillOurs(Run run) {
        return TransactWriteItem.builder()
                .conditionCheck(ConditionCheck.builder()
                        .tableName(table.name())
                        .key(TableKeys.run(run.key()))
                        .conditionExpression("#fence = :fence AND #step = :step AND #status = :status"
                                + " AND attribute_not_exists(#cancel)")
                        .expressionAttributeNames(
                                Map.of("#fence", "fence", "#step", "step", "#status", "status", "#cancel", "cancel"))
                        .expressionAttributeValues(Map.of(
                                ":fence", Row.number(run.fence()),
                                ":step", Row.number(run.step()),
                                ":status", AttributeValue.fromS(RunCodec.text(RunStatus.IN_PROGRESS))))
                        .build())
                .build();
    }
}
