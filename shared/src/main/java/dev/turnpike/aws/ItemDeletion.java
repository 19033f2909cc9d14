package dev.turnpike.aws;

import static software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure.ALL_OLD;

import dev.turnpike.aws.Transactions.Written;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.ConversationStore.Change;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunStore.Deletion;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionCheck;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/// Deletes items and runs of a conversation that lives on. Their rows stay, without content: places have no gap, and
/// the money still adds up.
final class ItemDeletion {
    /// When a run was deleted.
    private static final String DELETED = "deleted";

    /// Whether its items go with it.
    private static final String WITH_ITEMS = "deletedItems";

    private final Table table;
    private final Transactions transactions;
    private final ItemRows items;

    ItemDeletion(Table table, Transactions transactions, ItemRows items) {
        this.table = table;
        this.transactions = transactions;
        this.items = items;
    }

    static boolean isTombstone(Row run) {
        return run.has(DELETED);
    }

    /// @param gone of runs that have ended
    Change remove(ConversationKey key, List<StoredItem> gone, Instant now) {
        List<TransactWriteItem> actions = new ArrayList<>();
        actions.add(nobodyHolds(key, now));
        for (StoredItem item : gone) {
            Optional<Row> head = table.get(TableKeys.key(TableKeys.conversation(key), TableKeys.item(item.seq())));
            if (head.isEmpty() || head.get().has(ItemRows.DELETED)) {
                return Change.GONE;
            }
            actions.add(Transactions.update(tombstone(head.get(), now)));
            for (int part = 1; part <= head.get().number(ItemRows.PARTS, 0); part++) {
                String sk = TableKeys.itemPart(item.seq(), part);
                actions.add(Transactions.delete(table.name(), TableKeys.key(TableKeys.conversation(key), sk)));
            }
        }
        // Before the item itself, so that whoever is cut short can come again.
        gone.forEach(item -> deleteTraces(key, item));
        return switch (transactions.write(UUID.randomUUID().toString(), actions)) {
            case Written.Done() -> Change.DONE;
            case Written.Refused(int action, Row found) ->
                action == 0 && found.has("nextSeq") && !found.expired(now) ? Change.BUSY : Change.GONE;
        };
    }

    private TransactWriteItem nobodyHolds(ConversationKey key, Instant now) {
        return TransactWriteItem.builder()
                .conditionCheck(ConditionCheck.builder()
                        .tableName(table.name())
                        .key(TableKeys.meta(key))
                        .conditionExpression(
                                "attribute_exists(nextSeq) AND attribute_not_exists(activeRun) AND #ttl > :now")
                        .expressionAttributeNames(Map.of("#ttl", TableKeys.TTL))
                        .expressionAttributeValues(Map.of(":now", Row.number(now.getEpochSecond())))
                        .returnValuesOnConditionCheckFailure(ALL_OLD)
                        .build())
                .build();
    }

    private UpdateRow tombstone(Row item, Instant now) {
        return table.update(keyOf(item))
                .set(ItemRows.DELETED, now.toEpochMilli())
                .remove(ItemRows.JSON)
                .remove(ItemRows.PACKED)
                .remove(ItemRows.PARTS)
                .conditionPresent("at")
                .conditionAbsent(ItemRows.DELETED);
    }

    private static Map<String, AttributeValue> keyOf(Row row) {
        return TableKeys.key(row.text(TableKeys.PK), row.text(TableKeys.SK));
    }

    /// What a run kept of a step to survive a crash, and the stream that showed it.
    private void deleteTraces(ConversationKey key, StoredItem item) {
        String run = item.run();
        if (run != null) {
            deleteAll(key, TableKeys.toolCalls(run, item.step()));
            deleteAll(key, TableKeys.allEvents(run));
        }
    }

    private void deleteAll(ConversationKey key, String prefix) {
        table.streamWithPrefix(TableKeys.conversation(key), prefix).forEach(row -> table.delete(keyOf(row)));
    }

    /// The run's row is marked before anything else goes, so that nobody finds it any more; whoever is cut short can
    /// come again.
    Deletion delete(RunKey key, boolean withItems, Instant now) {
        var mark = table.update(TableKeys.run(key))
                .set(DELETED, now.toEpochMilli())
                .set(WITH_ITEMS, AttributeValue.fromBool(withItems))
                .set("request", "")
                .conditionPresent("stop")
                .conditionAbsent(DELETED)
                .compare(TableKeys.TTL, ">", now.getEpochSecond());
        try {
            var marked = table.run(mark.request()
                    .returnValues(ReturnValue.ALL_NEW)
                    .returnValuesOnConditionCheckFailure(ALL_OLD)
                    .build());
            sweep(key, new Row(marked.attributes()), now);
            return Deletion.DELETED;
        } catch (ConditionalCheckFailedException refused) {
            Row found = new Row(refused.item() == null ? Map.of() : refused.item());
            if (isTombstone(found)) {
                sweep(key, found, now);
            }
            return found.has("status") && !found.has("stop") && !found.expired(now)
                    ? Deletion.IN_FLIGHT
                    : Deletion.UNKNOWN;
        }
    }

    private void sweep(RunKey key, Row run, Instant now) {
        if (run.flag(WITH_ITEMS)
                && run.number("firstSeq") != Run.NO_PLACE
                && run.number("firstSeq") < run.number("endSeq")) {
            sweepItems(key, run.number("firstSeq"), run.number("endSeq"), now);
        }
        deleteAll(key.conversation(), TableKeys.partsOf(key.run()));
    }

    private void sweepItems(RunKey key, long fromSeq, long toSeq, Instant now) {
        Set<String> calls = new HashSet<>();
        table.between(
                TableKeys.conversation(key.conversation()),
                TableKeys.item(fromSeq),
                TableKeys.itemEnd(toSeq - 1),
                false,
                true,
                row -> {
                    sweepItem(row, calls, now);
                    return true;
                });
    }

    /// @param calls ids of the run's calls so far
    private void sweepItem(Row row, Set<String> calls, Instant now) {
        if (TableKeys.itemPart(row.text(TableKeys.SK)) > 0) {
            table.delete(keyOf(row));
        } else if (!row.has(ItemRows.DELETED)) {
            table.runIfHolds(swept(row, calls, now));
        }
    }

    private UpdateRow swept(Row row, Set<String> calls, Instant now) {
        // A tool's result has one row.
        if (row.number(ItemRows.PARTS, 0) == 0) {
            Item item = items.content(row, List.of());
            if (item instanceof Item.ToolCall call) {
                calls.add(call.callId());
            } else if (item instanceof Item.ToolResult result
                    && result.executor() == Executor.SERVER
                    && !calls.contains(result.callId())) {
                return emptied(row, result);
            }
        }
        return tombstone(row, now);
    }

    /// The result of a call that an earlier run left behind: without it, the next run would start the tool once more.
    private UpdateRow emptied(Row row, Item.ToolResult result) {
        var empty = new Item.ToolResult(result.id(), result.callId(), "", result.outcome(), result.executor());
        return table.update(keyOf(row))
                .set(ItemRows.JSON, items.writeInto(new Row(), empty).text(ItemRows.JSON))
                .remove(ItemRows.PACKED)
                .conditionPresent("at")
                .conditionAbsent(ItemRows.DELETED);
    }
}
