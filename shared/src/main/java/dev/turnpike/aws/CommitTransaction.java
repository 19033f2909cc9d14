package dev.turnpike.aws;

import static software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure.ALL_OLD;

import dev.turnpike.aws.Transactions.Written;
import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.conversation.Item;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.run.Run;
import dev.turnpike.run.Run.ServedBy;
import dev.turnpike.run.RunError;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.RunStore.Commit;
import dev.turnpike.run.StepCommit;
import dev.turnpike.run.StepCommit.After;
import dev.turnpike.run.StopReason;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/// Commits a step: the run moves on, its items and its ledger row appear, the conversation's totals grow. All of it
/// under the run's fence, or nothing.
final class CommitTransaction {
    private final String table;
    private final Transactions transactions;
    private final ItemRows items;
    private final Lifetime lifetime;

    CommitTransaction(String table, Transactions transactions, ItemRows items, Lifetime lifetime) {
        this.table = table;
        this.transactions = transactions;
        this.items = items;
        this.lifetime = lifetime;
    }

    Commit write(StepCommit commit) {
        Run after = after(commit);
        List<TransactWriteItem> actions = new ArrayList<>();
        actions.add(run(commit, after));
        LedgerRow settled = commit.settled();
        if (!commit.items().isEmpty() || settled != null || after.status().terminal()) {
            actions.add(head(commit, after));
        }
        if (settled != null) {
            actions.add(Transactions.putNew(table, LedgerRows.write(commit.run().key(), settled)));
        }
        List<ItemRows.Written> written = items(commit);
        ItemRows.check(written, actions.size());
        written.forEach(item -> item.rows().forEach(row -> actions.add(Transactions.putNew(table, row))));
        return switch (transactions.write(token(commit), actions)) {
            case Written.Done() -> new Commit.Committed(after);
            case Written.Refused(int action, Row found) -> refused(commit, action, found);
        };
    }

    private Instant expires(StepCommit commit) {
        return lifetime.end(commit.run(), commit.now());
    }

    private List<ItemRows.Written> items(StepCommit commit) {
        Run run = commit.run();
        Instant expires = expires(commit);
        List<ItemRows.Written> written = new ArrayList<>();
        for (Item item : commit.items()) {
            long seq = run.endSeq() + written.size();
            written.add(items.write(run.key(), seq, run.step(), commit.now(), expires, item));
        }
        return written;
    }

    private static Commit refused(StepCommit commit, int action, Row found) {
        boolean ours = action == 0
                && found.number("fence", -1) == commit.run().fence()
                && found.number("step", -1) == commit.run().step()
                && !found.constant(RunStatus.class, "status").terminal();
        return ours && found.has("cancel") ? new Commit.CancelRequested() : new Commit.FencedOut();
    }

    /// The row as the transaction leaves it.
    private static Run after(StepCommit commit) {
        Run run = commit.run();
        int step = commit.stepDone() ? run.step() + 1 : run.step();
        RunStatus status = run.status();
        long fence = run.fence();
        Instant leaseUntil = Instant.EPOCH;
        int attempts = 0;
        @Nullable StopReason stop = null;
        @Nullable RunError error = null;
        switch (commit.after()) {
            case After.Keep keep -> {
                fence++;
                leaseUntil = keep.leaseUntil();
                attempts = 1;
            }
            case After.Release() -> {}
            case After.Finish finish -> {
                status = finish.reason().status();
                stop = finish.reason();
                error = finish.error();
            }
        }
        return new Run(
                run.key(),
                status,
                step,
                fence,
                leaseUntil,
                attempts,
                0,
                run.cancelRequested(),
                run.request(),
                run.payer(),
                run.limits(),
                run.parent(),
                run.firstSeq(),
                run.inputEnd(),
                run.endSeq() + commit.items().size(),
                LedgerRows.plus(run.spent(), commit.settled()),
                run.servedBy().and(run.request().model(), commit.settled()),
                commit.settled() == null
                        ? run.priceVersion()
                        : commit.settled().cost().priceVersion(),
                run.ttftMillis() >= 0 ? run.ttftMillis() : commit.ttftMillis(),
                stop,
                error,
                run.reply(),
                run.createdAt(),
                commit.now(),
                status.terminal() ? commit.now() : null);
    }

    private TransactWriteItem run(StepCommit commit, Run after) {
        var update = new UpdateRow(table, TableKeys.run(commit.run().key()))
                .set("status", RunCodec.text(after.status()))
                .set("step", after.step())
                .set("fence", after.fence())
                .set("leaseUntil", after.leaseUntil().toEpochMilli())
                .set("attempts", after.attempts())
                .set("endSeq", after.endSeq())
                .set("ttft", after.ttftMillis())
                .set("changed", commit.now().toEpochMilli())
                .set(TableKeys.TTL, expires(commit).getEpochSecond());
        totals(update, after.spent());
        if (after.priceVersion() != null) {
            update.set("prices", after.priceVersion());
        }
        if (!after.servedBy().equals(ServedBy.ASKED)) {
            update.set("otherModels", Row.list(after.servedBy().otherModels()))
                    .set("fromCache", after.servedBy().stepsFromCache());
        }
        if (commit.after() instanceof After.Finish(StopReason reason, RunError error)) {
            update.set("stop", RunCodec.text(reason)).set("ended", commit.now().toEpochMilli());
            update.remove(TableKeys.GSI1_PK).remove(TableKeys.GSI1_SK);
            if (error != null) {
                update.set("errorCode", error.code()).set("errorMessage", error.message());
                if (!error.details().isEmpty()) {
                    update.set("errorDetails", Row.map(error.details()));
                }
            }
        }
        boolean cancelling = after.status() == RunStatus.CANCELLED;
        return TransactWriteItem.builder()
                .update(update.condition("fence", commit.run().fence())
                        .condition("step", commit.run().step())
                        .condition("status", RunCodec.text(RunStatus.IN_PROGRESS))
                        .conditionAbsent(cancelling ? null : "cancel")
                        .transactional(ALL_OLD))
                .build();
    }

    private TransactWriteItem head(StepCommit commit, Run after) {
        var update = new UpdateRow(table, TableKeys.meta(commit.run().key().conversation()))
                .set("nextSeq", after.endSeq())
                .set(TableKeys.TTL, expires(commit).getEpochSecond());
        LedgerRow settled = commit.settled();
        if (settled != null) {
            Totals added = LedgerRows.plus(Totals.ZERO, settled);
            update.add("in", added.inputTokens())
                    .add("cached", added.cachedTokens())
                    .add("cacheWrite", added.cacheWriteTokens())
                    .add("out", added.outputTokens())
                    .add("reasoning", added.reasoningTokens())
                    .add("cost", added.costMicros())
                    .add("unpriced", added.unpricedSteps());
        }
        if (after.status().terminal()) {
            update.remove("activeRun");
        }
        return TransactWriteItem.builder()
                .update(update.condition("nextSeq", commit.run().endSeq())
                        .condition("activeRun", commit.run().key().run())
                        .transactional(ALL_OLD))
                .build();
    }

    private static void totals(UpdateRow update, Totals spent) {
        update.set("in", spent.inputTokens())
                .set("cached", spent.cachedTokens())
                .set("cacheWrite", spent.cacheWriteTokens())
                .set("out", spent.outputTokens())
                .set("reasoning", spent.reasoningTokens())
                .set("cost", spent.costMicros())
                .set("unpriced", spent.unpricedSteps());
    }

    /// The same for every try of this commit, and for no other: two holders of one fence, of whom one has lost it, may
    /// both end a run for the same reason, and the table refuses a token that comes again with something else.
    private static String token(StepCommit commit) {
        var what = new StringBuilder(commit.run().key().run())
                .append('|')
                .append(commit.run().step())
                .append('|')
                .append(commit.run().fence())
                .append('|')
                .append(commit.after() instanceof After.Finish(StopReason reason, RunError _) ? reason : "")
                .append('|')
                .append(commit.now().toEpochMilli());
        commit.items().forEach(item -> what.append('|').append(item.id()));
        return UUID.nameUUIDFromBytes(what.toString().getBytes(StandardCharsets.UTF_8))
                .toString();
    }
}
