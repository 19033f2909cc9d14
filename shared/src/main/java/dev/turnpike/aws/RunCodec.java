package dev.turnpike.aws;

import dev.turnpike.access.Cap;
import dev.turnpike.conversation.Conversation.ForkPoint;
import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.run.Limits;
import dev.turnpike.run.NewRun;
import dev.turnpike.run.Reply;
import dev.turnpike.run.Run;
import dev.turnpike.run.Run.ServedBy;
import dev.turnpike.run.RunError;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.RunStore;
import dev.turnpike.run.StopReason;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Runs as the table keeps them.
final class RunCodec {
    /// The hash of the `Idempotency-Key` that the run was created under; nothing but a check of the table reads it.
    static final String IDEMPOTENCY = "idempotency";

    private final RunRequest.Reader requests;

    RunCodec(RunRequest.Reader requests) {
        this.requests = requests;
    }

    /// The run as it is created, before anything is written.
    static Run created(NewRun run) {
        long end = run.endSeq();
        NewRun.Lease lease = run.lease();
        return new Run(
                run.key(),
                lease == null ? RunStatus.QUEUED : RunStatus.IN_PROGRESS,
                0,
                lease == null ? 0 : 1,
                lease == null ? Instant.EPOCH : lease.until(),
                lease == null ? 0 : 1,
                0,
                false,
                run.request(),
                run.payer(),
                run.limits(),
                run.place().parent(),
                run.place().firstSeq(),
                end,
                end,
                Totals.ZERO,
                ServedBy.ASKED,
                null,
                -1,
                null,
                null,
                run.reply(),
                run.createdAt(),
                run.createdAt(),
                null);
    }

    Row write(Run run, @Nullable String owner) {
        Row row = new Row(new HashMap<>(TableKeys.run(run.key())))
                .put("status", text(run.status()))
                .put("step", run.step())
                .put("fence", run.fence())
                .put("leaseUntil", run.leaseUntil())
                .put("attempts", run.attempts())
                .put("resends", run.resends())
                .put("owner", owner)
                .put("request", run.request().wire())
                .put("key", run.payer().key())
                .put("user", run.payer().user())
                .put("maxSteps", run.limits().maxSteps())
                .put("maxAttempts", run.limits().maxAttempts())
                .put("deadline", run.limits().deadline())
                .put(
                        "caps",
                        Row.list(run.limits().caps().stream().map(Cap::toString).toList()))
                .put("firstSeq", run.firstSeq())
                .put("inputEnd", run.inputEnd())
                .put("endSeq", run.endSeq())
                .put("ttft", run.ttftMillis())
                .put("created", run.createdAt())
                .put("changed", run.changedAt())
                .put(TableKeys.GSI1_PK, TableKeys.active(shard(run.key())))
                .put(TableKeys.GSI1_SK, run.createdAt() + "#" + run.key().run());
        ForkPoint parent = run.parent();
        if (parent != null) {
            row.put("parent", parent.conversation()).put("parentSeq", parent.seq());
        }
        Reply reply = run.reply();
        if (reply != null) {
            row.put("replyKey", reply.key())
                    .put("replyEnvelope", reply.envelope())
                    .put("replySent", reply.sent());
        }
        return row;
    }

    Run read(RunKey key, Row row) {
        String parent = row.optionalText("parent");
        String errorCode = row.optionalText("errorCode");
        return new Run(
                key,
                row.constant(RunStatus.class, "status"),
                row.integer("step"),
                row.number("fence"),
                row.instant("leaseUntil"),
                row.integer("attempts"),
                (int) row.number("resends", 0),
                row.has("cancel"),
                requests.read(row.text("request")),
                LedgerRows.payer(row),
                limits(row),
                parent == null ? null : new ForkPoint(parent, row.number("parentSeq")),
                row.number("firstSeq"),
                row.number("inputEnd"),
                row.number("endSeq"),
                totals(row),
                new ServedBy(Set.copyOf(row.texts("otherModels")), (int) row.number("fromCache", 0)),
                row.optionalText("prices"),
                row.number("ttft", -1),
                row.has("stop") ? row.constant(StopReason.class, "stop") : null,
                errorCode == null
                        ? null
                        : RunError.of(errorCode, row.text("errorMessage"), row.textsByName("errorDetails")),
                row.has("replyKey")
                        ? new Reply(row.text("replyKey"), row.flag("replyEnvelope"), row.flag("replySent"))
                        : null,
                row.instant("created"),
                row.instant("changed"),
                row.optionalInstant("ended"));
    }

    private static Limits limits(Row row) {
        return new Limits(
                row.integer("maxSteps"),
                row.integer("maxAttempts"),
                row.instant("deadline"),
                row.texts("caps").stream().map(Cap::parse).toList());
    }

    static Totals totals(Row row) {
        return new Totals(
                row.number("in", 0),
                row.number("cached", 0),
                row.number("cacheWrite", 0),
                row.number("out", 0),
                row.number("reasoning", 0),
                row.number("cost", 0),
                row.number("unpriced", 0));
    }

    static String text(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    static int shard(RunKey key) {
        return Math.floorMod(key.run().hashCode(), RunStore.ACTIVE_SHARDS);
    }
}
