package dev.turnpike.aws;

import static software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure.ALL_OLD;

import dev.turnpike.aws.Transactions.Written;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.Ids;
import dev.turnpike.conversation.Item;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.RunStore.Turn;
import dev.turnpike.run.StopReason;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Delete;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.Update;

/// Runs that wait for a busy conversation. Their order is the list `queue` of its head; their input lies beside their
/// row
/// until it gets its place.
final class TurnTransaction {
    private final Table table;
    private final Transactions transactions;
    private final ItemRows items;

    TurnTransaction(Table table, Transactions transactions, ItemRows items) {
        this.table = table;
        this.transactions = transactions;
        this.items = items;
    }

    /// What the creating transaction does to the head: the run goes to the end of the queue, of a conversation that is
    /// held or waited for.
    ///
    /// @param next whether it must be the first there
    static TransactWriteItem enqueue(String table, RunKey key, boolean next, Instant expires, int mostWaiting) {
        List<AttributeValue> me = List.of(AttributeValue.fromS(key.run()));
        return TransactWriteItem.builder()
                .update(Update.builder()
                        .tableName(table)
                        .key(TableKeys.meta(key.conversation()))
                        .updateExpression("SET #queue = list_append(if_not_exists(#queue, :empty), :me), #ttl = :ttl")
                        .conditionExpression("attribute_exists(nextSeq)"
                                + " AND (attribute_exists(activeRun) OR size(#queue) > :none)"
                                + " AND (attribute_not_exists(#queue) OR size(#queue) < :most)")
                        .expressionAttributeNames(Map.of("#queue", "queue", "#ttl", TableKeys.TTL))
                        .expressionAttributeValues(Map.of(
                                ":empty", AttributeValue.fromL(List.of()),
                                ":me", AttributeValue.fromL(me),
                                ":none", Row.number(0),
                                ":most", Row.number(next ? 1 : mostWaiting),
                                ":ttl", Row.number(expires.getEpochSecond())))
                        .returnValuesOnConditionCheckFailure(ALL_OLD)
                        .build())
                .build();
    }

    Turn take(Run run, Instant now) {
        ConversationKey conversation = run.key().conversation();
        Optional<Row> found =
                table.get(TableKeys.meta(conversation)).filter(row -> !ConversationDeletion.isTombstone(row));
        if (found.isEmpty()) {
            return Turn.GONE;
        }
        Row head = found.get();
        List<String> queue = queue(head);
        if (!queue.contains(run.key().run())) {
            return Turn.GONE;
        }
        if (head.has("activeRun")) {
            return Turn.NOT_YET;
        }
        String first = queue.getFirst();
        if (!first.equals(run.key().run())) {
            return passOver(conversation, first) ? take(run, now) : Turn.NOT_YET;
        }
        return place(run, head.number("nextSeq"), now);
    }

    private static List<String> queue(Row head) {
        AttributeValue queue = head.value("queue");
        return queue == null
                ? List.of()
                : queue.l().stream().map(AttributeValue::s).toList();
    }

    /// Lets go of those at the head of the queue that have ended while they waited: nobody else does until the next
    /// that waits takes its turn, and meanwhile they would keep out whoever doesn't wait.
    ///
    /// @return whether nobody waits or works any more
    boolean passOverEnded(ConversationKey conversation) {
        while (true) {
            Optional<Row> head = table.get(TableKeys.meta(conversation));
            if (head.isEmpty() || head.get().has("activeRun")) {
                return false;
            }
            List<String> queue = queue(head.get());
            if (queue.isEmpty()) {
                return true;
            }
            if (!passOver(conversation, queue.getFirst())) {
                return false;
            }
        }
    }

    /// One that has ended while it waited makes room.
    private boolean passOver(ConversationKey conversation, String first) {
        boolean waits = table.get(TableKeys.run(new RunKey(conversation, first)))
                .filter(row -> !row.has("stop"))
                .isPresent();
        return !waits
                && table.runIfHolds(table.update(TableKeys.meta(conversation))
                        .remove("queue[0]")
                        .condition("queue[0]", first));
    }

    private Turn place(Run run, long firstSeq, Instant now) {
        String pk = TableKeys.conversation(run.key().conversation());
        List<Row> waiting =
                table.allWithPrefix(pk, TableKeys.waitingItems(run.key().run()));
        List<TransactWriteItem> actions = new ArrayList<>();
        long end = firstSeq + waiting.size();
        actions.add(head(run, firstSeq, end));
        actions.add(run(run, firstSeq, end, now));
        long seq = firstSeq;
        for (Row row : waiting) {
            Item item = items.content(row, List.of());
            Instant expires = Instant.ofEpochSecond(row.number(TableKeys.TTL));
            items.write(run.key(), seq, 0, now, expires, item.withId(Ids.moved(item.id(), seq)))
                    .rows()
                    .forEach(placed -> actions.add(Transactions.putNew(table.name(), placed)));
            actions.add(delete(pk, row.text(TableKeys.SK)));
            seq++;
        }
        return switch (transactions.write(token(run, firstSeq), actions)) {
            case Written.Done() -> Turn.TAKEN;
            case Written.Refused(int action, Row _) -> action == 0 ? Turn.NOT_YET : Turn.GONE;
        };
    }

    private TransactWriteItem head(Run run, long firstSeq, long end) {
        var update = new UpdateRow(table.name(), TableKeys.meta(run.key().conversation()))
                .set("nextSeq", end)
                .set("activeRun", run.key().run())
                .remove("queue[0]")
                .condition("nextSeq", firstSeq)
                .condition("queue[0]", run.key().run())
                .conditionAbsent("activeRun");
        return TransactWriteItem.builder().update(update.transactional(ALL_OLD)).build();
    }

    private TransactWriteItem run(Run run, long firstSeq, long end, Instant now) {
        var update = new UpdateRow(table.name(), TableKeys.run(run.key()))
                .set("firstSeq", firstSeq)
                .set("inputEnd", end)
                .set("endSeq", end)
                .set("changed", now.toEpochMilli())
                .condition("status", RunCodec.text(RunStatus.QUEUED))
                .condition("firstSeq", Run.NO_PLACE);
        return TransactWriteItem.builder().update(update.transactional(ALL_OLD)).build();
    }

    private TransactWriteItem delete(String pk, String sk) {
        return TransactWriteItem.builder()
                .delete(Delete.builder()
                        .tableName(table.name())
                        .key(TableKeys.key(pk, sk))
                        .build())
                .build();
    }

    private static String token(Run run, long firstSeq) {
        return UUID.nameUUIDFromBytes((run.key().run() + "|turn|" + firstSeq).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    /// @return false when it does not wait any more
    boolean end(Run run, StopReason reason, Instant now) {
        return table.runIfHolds(table.update(TableKeys.run(run.key()))
                .set("status", RunCodec.text(reason.status()))
                .set("stop", RunCodec.text(reason))
                .set("ended", now.toEpochMilli())
                .set("changed", now.toEpochMilli())
                .remove(TableKeys.GSI1_PK)
                .remove(TableKeys.GSI1_SK)
                .condition("status", RunCodec.text(RunStatus.QUEUED))
                .condition("firstSeq", Run.NO_PLACE));
    }
}
