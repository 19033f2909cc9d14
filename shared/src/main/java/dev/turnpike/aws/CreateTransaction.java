package dev.turnpike.aws;

import static software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure.ALL_OLD;

import dev.turnpike.aws.Transactions.Written;
import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.Conversation.ForkPoint;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.Item;
import dev.turnpike.run.ItemTooLargeException;
import dev.turnpike.run.NewRun;
import dev.turnpike.run.NewRun.Place;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunStore;
import dev.turnpike.run.RunStore.Creation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.Put;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.Update;

/// Creates a run with its input, its place in the conversation and its idempotency record: all of it, or nothing.
final class CreateTransaction {
    /// Beside them a transaction holds the run, the conversation's head, its list entry and the idempotency record.
    private static final int MOST_ITEM_ROWS = 96;

    private final String table;
    private final Transactions transactions;
    private final RunCodec runs;
    private final ItemRows items;

    CreateTransaction(String table, Transactions transactions, RunCodec runs, ItemRows items) {
        this.table = table;
        this.transactions = transactions;
        this.runs = runs;
        this.items = items;
    }

    /// @param earlier reads the run that an idempotency record names
    Creation write(NewRun run, Function<RunKey, @Nullable Run> earlier) {
        Run created = RunCodec.created(run);
        List<List<ItemRows.Written>> input = ItemRows.transactions(items(run), MOST_ITEM_ROWS);
        if (run.place() instanceof Place.Append && input.size() > 1) {
            throw ItemTooLargeException.together(run.input().size());
        }
        writeAhead(run, input.subList(0, input.size() - 1));
        NewRun.Lease lease = run.lease();
        List<TransactWriteItem> actions = new ArrayList<>();
        actions.add(place(run));
        NewRun.Idempotency idempotency = run.idempotency();
        actions.add(put(runs.write(created, lease == null ? null : lease.owner())
                .put(RunCodec.IDEMPOTENCY, idempotency == null ? null : idempotency.keyHash())
                .expires(run.expiresAt())));
        if (idempotency != null) {
            actions.add(putFirst(idempotencyRow(run, idempotency), run.createdAt()));
        }
        if (run.place() instanceof Place.NewConversation && run.request().store()) {
            actions.add(put(DynamoConversationStore.listEntry(
                    run.key().conversation(), Conversation.listedUntil(run.createdAt(), run.expiresAt()))));
        }
        input.getLast().forEach(item -> item.rows().forEach(row -> actions.add(put(row))));
        return switch (transactions.write(run.key().run(), actions)) {
            case Written.Done() -> new Creation.Created(created);
            case Written.Refused(int action, Row found) ->
                action == 0 || idempotency == null
                        ? new Creation.Locked()
                        : repeated(run.key().tenant(), idempotency, found, earlier);
        };
    }

    /// A new conversation's id is known to nobody yet, so items beyond the size of a transaction can be there before
    /// it.
    private void writeAhead(NewRun run, List<List<ItemRows.Written>> groups) {
        for (int i = 0; i < groups.size(); i++) {
            List<TransactWriteItem> actions = groups.get(i).stream()
                    .flatMap(item -> item.rows().stream())
                    .map(this::put)
                    .toList();
            transactions.write(run.key().run().substring(4) + "a" + i, actions);
        }
    }

    /// The first action, so that its refusal is told from the idempotency record's.
    private TransactWriteItem place(NewRun run) {
        return switch (run.place()) {
            case Place.NewConversation(ForkPoint parent) -> Transactions.putNew(table, head(run, parent));
            case Place.Append(long firstSeq, ForkPoint _) -> append(run, firstSeq);
            case Place.Waiting(boolean next, ForkPoint _) ->
                TurnTransaction.enqueue(table, run.key(), next, run.expiresAt(), RunStore.MOST_WAITING_RUNS);
        };
    }

    private static Row head(NewRun run, @Nullable ForkPoint parent) {
        Row row = new Row(new HashMap<>(TableKeys.meta(run.key().conversation())))
                .put("nextSeq", run.input().size())
                .put("activeRun", run.key().run())
                .put("created", run.createdAt())
                .expires(run.expiresAt());
        if (run.request().store()) {
            Instant listed = Conversation.listedUntil(run.createdAt(), run.expiresAt());
            row.put(DynamoConversationStore.LISTED, listed.getEpochSecond());
        }
        if (parent != null) {
            row.put("parent", parent.conversation()).put("parentSeq", parent.seq());
        }
        return row;
    }

    private TransactWriteItem append(NewRun run, long firstSeq) {
        return append(
                table,
                run.key().conversation(),
                firstSeq,
                firstSeq + run.input().size(),
                run.key().run(),
                run.expiresAt());
    }

    /// Moves the end of a conversation that nobody holds or waits for.
    ///
    /// @param run that holds it from then on; null for none
    static TransactWriteItem append(
            String table, ConversationKey key, long firstSeq, long end, @Nullable String run, Instant expires) {
        Map<String, AttributeValue> values = new HashMap<>(Map.of(
                ":none", Row.number(0),
                ":first", Row.number(firstSeq),
                ":end", Row.number(end),
                ":ttl", Row.number(expires.getEpochSecond())));
        if (run != null) {
            values.put(":run", AttributeValue.fromS(run));
        }
        return TransactWriteItem.builder()
                .update(Update.builder()
                        .tableName(table)
                        .key(TableKeys.meta(key))
                        .updateExpression("SET nextSeq = :end, #ttl = :ttl" + (run == null ? "" : ", activeRun = :run"))
                        .conditionExpression("nextSeq = :first AND attribute_not_exists(activeRun)"
                                + " AND (attribute_not_exists(#queue) OR size(#queue) = :none)")
                        .expressionAttributeNames(Map.of("#ttl", TableKeys.TTL, "#queue", "queue"))
                        .expressionAttributeValues(values)
                        .returnValuesOnConditionCheckFailure(ALL_OLD)
                        .build())
                .build();
    }

    private List<ItemRows.Written> items(NewRun run) {
        if (run.place() instanceof Place.Waiting) {
            return waitingItems(run);
        }
        List<ItemRows.Written> written = new ArrayList<>();
        for (Item item : run.input()) {
            long seq = run.place().firstSeq() + written.size();
            written.add(items.write(run.key(), seq, 0, run.createdAt(), run.expiresAt(), item));
        }
        return written;
    }

    /// They get their places in one transaction, which puts and deletes each.
    private List<ItemRows.Written> waitingItems(NewRun run) {
        String pk = TableKeys.conversation(run.key().conversation());
        List<ItemRows.Written> written = new ArrayList<>();
        for (Item item : run.input()) {
            Row row = Row.at(pk, TableKeys.waitingItem(run.key().run(), written.size()))
                    .expires(run.expiresAt());
            written.add(items.alone(row, item));
        }
        ItemRows.check(written, 2 + written.size());
        return written;
    }

    /// Kept for a day, but not longer than the run that it leads to.
    private static Row idempotencyRow(NewRun run, NewRun.Idempotency idempotency) {
        Instant day = run.createdAt().plus(Duration.ofHours(24));
        return new Row(new HashMap<>(TableKeys.idempotencyRow(run.key().tenant(), idempotency.keyHash())))
                .put("conversation", run.key().conversation().id())
                .put("run", run.key().run())
                .put("requestHash", idempotency.requestHash())
                .expires(day.isBefore(run.expiresAt()) ? day : run.expiresAt());
    }

    /// @param found the idempotency record that is there
    static Creation repeated(
            String tenant, NewRun.Idempotency wanted, Row found, Function<RunKey, @Nullable Run> earlier) {
        if (!found.text("requestHash").equals(wanted.requestHash())) {
            return new Creation.KeyReused();
        }
        var conversation = new ConversationKey(tenant, found.text("conversation"));
        Run first = earlier.apply(new RunKey(conversation, found.text("run")));
        return first == null ? new Creation.KeyReused() : new Creation.Repeated(first);
    }

    private TransactWriteItem put(Row row) {
        return Transactions.put(table, row);
    }

    /// Takes the place of a record that has expired and is still there: the table deletes such rows days later.
    private TransactWriteItem putFirst(Row row, Instant now) {
        return TransactWriteItem.builder()
                .put(Put.builder()
                        .tableName(table)
                        .item(row.attributes())
                        .conditionExpression("attribute_not_exists(pk) OR #ttl <= :now")
                        .expressionAttributeNames(Map.of("#ttl", TableKeys.TTL))
                        .expressionAttributeValues(Map.of(":now", Row.number(now.getEpochSecond())))
                        .returnValuesOnConditionCheckFailure(ALL_OLD)
                        .build())
                .build();
    }
}
