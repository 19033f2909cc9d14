package dev.turnpike.fake;

import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.run.NewRun;
import dev.turnpike.run.Reply;
import dev.turnpike.run.Run;
import dev.turnpike.run.Run.ServedBy;
import dev.turnpike.run.RunError;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StopReason;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// A run being changed, as an update of its row would.
final class RunDraft {
    private final Run before;
    RunStatus status;
    int step;
    long fence;
    Instant leaseUntil;
    int attempts;
    int resends;
    boolean cancelRequested;
    long firstSeq;
    long inputEnd;
    long endSeq;
    Totals spent;
    ServedBy servedBy;

    @Nullable
    String priceVersion;

    long ttftMillis;

    @Nullable
    StopReason stopReason;

    @Nullable
    RunError error;

    @Nullable
    Reply reply;

    Instant changedAt;

    @Nullable
    Instant endedAt;

    RunDraft(Run before) {
        this.before = before;
        this.status = before.status();
        this.step = before.step();
        this.fence = before.fence();
        this.leaseUntil = before.leaseUntil();
        this.attempts = before.attempts();
        this.resends = before.resends();
        this.cancelRequested = before.cancelRequested();
        this.firstSeq = before.firstSeq();
        this.inputEnd = before.inputEnd();
        this.endSeq = before.endSeq();
        this.spent = before.spent();
        this.servedBy = before.servedBy();
        this.priceVersion = before.priceVersion();
        this.ttftMillis = before.ttftMillis();
        this.stopReason = before.stopReason();
        this.error = before.error();
        this.reply = before.reply();
        this.changedAt = before.changedAt();
        this.endedAt = before.endedAt();
    }

    static Run created(NewRun run) {
        long end = run.endSeq();
        NewRun.Lease lease = run.lease();
        return new Run(
                run.key(),
                lease == null ? RunStatus.QUEUED : RunStatus.IN_PROGRESS,
                0,
                lease == null ? 0 : 1,
                lease == null ? Instant.EPOCH : millis(lease.until()),
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
                millis(run.createdAt()),
                millis(run.createdAt()),
                null);
    }

    /// The table keeps milliseconds.
    static Instant millis(Instant instant) {
        return instant.truncatedTo(ChronoUnit.MILLIS);
    }

    Run run() {
        return new Run(
                before.key(),
                status,
                step,
                fence,
                leaseUntil,
                attempts,
                resends,
                cancelRequested,
                before.request(),
                before.payer(),
                before.limits(),
                before.parent(),
                firstSeq,
                inputEnd,
                endSeq,
                spent,
                servedBy,
                priceVersion,
                ttftMillis,
                stopReason,
                error,
                reply,
                before.createdAt(),
                changedAt,
                endedAt);
    }
}
