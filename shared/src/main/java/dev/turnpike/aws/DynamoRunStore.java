package dev.turnpike.aws;

import static software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure.ALL_OLD;

import dev.turnpike.conversation.Item;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.run.NewRun;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.RunStore;
import dev.turnpike.run.StepCommit;
import dev.turnpike.run.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import tools.jackson.databind.json.JsonMapper;

/// Runs in the table.
public final class DynamoRunStore implements RunStore {
    /// Longer than one may be given after it was asked for.
    private static final Duration APPROVALS_KEPT = Duration.ofDays(2);

    private final Table table;
    private final InstantSource clock;
    private final RunCodec runs;
    private final CreateTransaction creations;
    private final CommitTransaction commits;
    private final TurnTransaction turns;
    private final ToolCallRows toolCalls;
    private final ConversationDeletion deletion;
    private final ItemDeletion itemDeletion;
    private final ItemRows items;

    /// @param timeToLive of a conversation after its last run
    public DynamoRunStore(
            DynamoDbClient dynamo,
            String table,
            RunRequest.Reader requests,
            JsonMapper mapper,
            InstantSource clock,
            Duration timeToLive) {
        this.items = new ItemRows(new ItemCodec(mapper));
        var lifetime = new Lifetime(timeToLive);
        var transactions = new Transactions(dynamo);
        this.table = new Table(dynamo, table);
        this.clock = clock;
        this.runs = new RunCodec(requests);
        this.creations = new CreateTransaction(table, transactions, runs, items);
        this.commits = new CommitTransaction(table, transactions, items, lifetime);
        this.turns = new TurnTransaction(this.table, transactions, items);
        this.deletion = new ConversationDeletion(this.table);
        this.itemDeletion = new ItemDeletion(this.table, transactions, items);
        this.toolCalls = new ToolCallRows(this.table, transactions, items, lifetime, clock);
    }

    @Override
    public Creation create(NewRun run) {
        Creation creation = creations.write(run, key -> find(key).orElse(null));
        boolean again = creation instanceof Creation.Locked
                && run.place() instanceof NewRun.Place.Append
                && turns.passOverEnded(run.key().conversation());
        return again ? creations.write(run, key -> find(key).orElse(null)) : creation;
    }

    @Override
    public Optional<Creation> earlier(String tenant, NewRun.Idempotency idempotency) {
        return table.get(TableKeys.idempotencyRow(tenant, idempotency.keyHash()))
                .filter(row -> !row.expired(clock.instant()))
                .map(row -> CreateTransaction.repeated(
                        tenant, idempotency, row, key -> find(key).orElse(null)));
    }

    @Override
    public Optional<Run> find(RunKey key) {
        return table.get(TableKeys.run(key)).filter(row -> !gone(row)).map(row -> runs.read(key, row));
    }

    /// Whether a run's row is as good as not there.
    private boolean gone(Row run) {
        return run.expired(clock.instant()) || ItemDeletion.isTombstone(run);
    }

    @Override
    public Acquisition acquire(RunKey key, int step, Instant now, Instant leaseUntil, String owner) {
        var update = table.update(TableKeys.run(key))
                .set("status", RunCodec.text(RunStatus.IN_PROGRESS))
                .set("leaseUntil", leaseUntil.toEpochMilli())
                .set("owner", owner)
                .set("changed", now.toEpochMilli())
                .set("resends", 0)
                .add("fence", 1)
                .add("attempts", 1)
                .condition("step", step)
                .conditionIn("status", RunCodec.text(RunStatus.QUEUED), RunCodec.text(RunStatus.IN_PROGRESS))
                .compare("leaseUntil", "<", now.toEpochMilli())
                .compare("changed", "<=", now.toEpochMilli())
                .compare("firstSeq", ">=", 0)
                .compareNames("attempts", "<", "maxAttempts")
                .compare(TableKeys.TTL, ">", clock.instant().getEpochSecond());
        try {
            var taken = table.run(update.request()
                    .returnValues(ReturnValue.ALL_NEW)
                    .returnValuesOnConditionCheckFailure(ALL_OLD)
                    .build());
            return new Acquisition.Acquired(runs.read(key, new Row(taken.attributes())));
        } catch (ConditionalCheckFailedException lost) {
            return lost(key, step, now, lost);
        }
    }

    private Acquisition lost(RunKey key, int step, Instant now, ConditionalCheckFailedException failure) {
        Map<String, AttributeValue> old = failure.item();
        if (old == null || old.isEmpty() || gone(new Row(old))) {
            return new Acquisition.Unknown();
        }
        Run run = runs.read(key, new Row(old));
        if (run.status().terminal()) {
            return new Acquisition.Ended(run);
        }
        if (run.waiting()) {
            return new Acquisition.Waiting(run);
        }
        if (run.step() != step) {
            return new Acquisition.Stale(run);
        }
        if (!run.leaseUntil().isBefore(now)) {
            return new Acquisition.Held(run.leaseUntil());
        }
        return run.attempts() >= run.limits().maxAttempts()
                ? new Acquisition.Exhausted(run)
                : new Acquisition.Held(run.changedAt());
    }

    @Override
    public Turn takeTurn(Run waiting, Instant now) {
        return turns.take(waiting, now);
    }

    @Override
    public Optional<Run> endWaiting(Run waiting, StopReason reason, Instant now) {
        return turns.end(waiting, reason, now) ? find(waiting.key()) : Optional.empty();
    }

    @Override
    public Commit commit(StepCommit commit) {
        Commit result = commits.write(commit);
        if (result instanceof Commit.FencedOut) {
            deletion.sweep(commit.run().key().conversation());
        }
        return result;
    }

    @Override
    public boolean renew(Run run, Instant leaseUntil) {
        boolean held = table.runIfHolds(table.update(TableKeys.run(run.key()))
                .set("leaseUntil", leaseUntil.toEpochMilli())
                .condition("fence", run.fence())
                .condition("step", run.step())
                .condition("status", RunCodec.text(RunStatus.IN_PROGRESS)));
        if (!held) {
            deletion.sweep(run.key().conversation());
        }
        return held;
    }

    @Override
    public void release(Run run, Instant due) {
        table.runIfHolds(given(run, due));
    }

    @Override
    public void putOff(Run run, Instant due) {
        table.runIfHolds(given(run, due).add("attempts", -1));
    }

    private UpdateRow given(Run run, Instant due) {
        return table.update(TableKeys.run(run.key()))
                .set("leaseUntil", 0)
                .set("changed", due.toEpochMilli())
                .condition("fence", run.fence())
                .condition("step", run.step())
                .condition("status", RunCodec.text(RunStatus.IN_PROGRESS));
    }

    @Override
    public boolean useApproval(Run run, String request) {
        var use = table.update(TableKeys.approval(run.key().tenant(), request))
                .set("run", run.key().run())
                .set(TableKeys.TTL, run.limits().deadline().plus(APPROVALS_KEPT).getEpochSecond())
                .conditionAbsentOr("run", run.key().run());
        return table.runIfHolds(use);
    }

    @Override
    public boolean resend(Run run, Instant now) {
        return !run.status().terminal() && table.runIfHolds(unmoved(run, now).add("resends", 1));
    }

    @Override
    public boolean lookAgain(Run waiting, Instant due) {
        return waiting.waiting() && table.runIfHolds(unmoved(waiting, due).set("resends", 0));
    }

    private UpdateRow unmoved(Run run, Instant changed) {
        return table.update(TableKeys.run(run.key()))
                .set("changed", changed.toEpochMilli())
                .condition("fence", run.fence())
                .condition("step", run.step())
                .condition("status", RunCodec.text(run.status()))
                .condition("changed", run.changedAt().toEpochMilli());
    }

    @Override
    public void abandon(RunKey key, LedgerRow row) {
        table.putIfAbsent(LedgerRows.write(key, row));
    }

    @Override
    public Map<Integer, ToolRecord> toolRecords(Run run) {
        return toolCalls.read(run);
    }

    @Override
    public boolean intend(Run run, ToolRecord intent) {
        return toolCalls.intend(run, intent);
    }

    @Override
    public void saveToolResult(Run run, ToolRecord done) {
        toolCalls.save(run, done);
    }

    @Override
    public Cancellation requestCancel(RunKey key, Instant now) {
        var update = table.update(TableKeys.run(key))
                .set("cancel", now.toEpochMilli())
                .conditionIn("status", RunCodec.text(RunStatus.QUEUED), RunCodec.text(RunStatus.IN_PROGRESS))
                .compare(TableKeys.TTL, ">", clock.instant().getEpochSecond());
        try {
            var noted = table.run(update.request()
                    .returnValues(ReturnValue.ALL_NEW)
                    .returnValuesOnConditionCheckFailure(ALL_OLD)
                    .build());
            return new Cancellation.Noted(runs.read(key, new Row(noted.attributes())));
        } catch (ConditionalCheckFailedException ended) {
            Map<String, AttributeValue> old = ended.item();
            return old == null || old.isEmpty() || gone(new Row(old))
                    ? new Cancellation.Unknown()
                    : new Cancellation.Ended(runs.read(key, new Row(old)));
        }
    }

    @Override
    public Deletion delete(RunKey key, boolean withItems, Instant now) {
        return itemDeletion.delete(key, withItems, now);
    }

    @Override
    public List<Item> waitingInput(Run run) {
        String pk = TableKeys.conversation(run.key().conversation());
        return table.allWithPrefix(pk, TableKeys.waitingItems(run.key().run())).stream()
                .map(row -> items.content(row, List.of()))
                .toList();
    }

    @Override
    public boolean cancelRequested(RunKey key) {
        return table.getFromAnyReplica(TableKeys.run(key), "cancel")
                .map(row -> row.has("cancel"))
                .orElse(true);
    }

    @Override
    public void replySent(RunKey key) {
        table.runIfHolds(table.update(TableKeys.run(key))
                .set("replySent", AttributeValue.fromBool(true))
                .condition("replySent", AttributeValue.fromBool(false)));
    }

    @Override
    public Stream<RunKey> active(int shard) {
        return table.index(TableKeys.active(shard)).map(TableKeys::runOf).flatMap(Optional::stream);
    }

    @Override
    public List<LedgerRow> ledger(RunKey key) {
        String pk = TableKeys.conversation(key.conversation());
        return table.allWithPrefix(pk, TableKeys.ledger(key.run())).stream()
                .map(LedgerRows::read)
                .toList();
    }
}
