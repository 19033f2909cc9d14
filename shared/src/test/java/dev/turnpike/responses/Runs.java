package dev.turnpike.responses;

import dev.turnpike.access.Payer;
import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.run.Limits;
import dev.turnpike.run.Reply;
import dev.turnpike.run.Run;
import dev.turnpike.run.Run.ServedBy;
import dev.turnpike.run.RunError;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StopReason;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs as stores give them, in every state.
final class Runs {
    static final String ID = "resp_0123456789abcdefghjkmnpqrsabcdefghjkmnpqrs0123456789";
    static final String CONVERSATION = "0123456789abcdefghjkmnpqrs";
    static final Instant CREATED = Instant.parse("2026-11-01T12:00:00.250Z");
    static final Instant ENDED = Instant.parse("2026-11-01T12:00:03.500Z");

    private RunRequest request = Requests.with("").request();
    private @Nullable StopReason stopReason;
    private @Nullable RunError error;
    private RunStatus status = RunStatus.IN_PROGRESS;
    private Totals spent = Totals.ZERO;
    private ServedBy servedBy = ServedBy.ASKED;
    private @Nullable String priceVersion;
    private int step = 3;
    private long ttftMillis = -1;
    private @Nullable Instant endedAt;

    private Runs() {}

    static Runs inProgress() {
        return new Runs();
    }

    static Runs queued() {
        var runs = new Runs();
        runs.status = RunStatus.QUEUED;
        return runs;
    }

    static Runs completed() {
        return ended(StopReason.ANSWERED);
    }

    static Runs ended(StopReason reason) {
        var runs = new Runs();
        runs.status = reason.status();
        runs.stopReason = reason;
        runs.endedAt = ENDED;
        runs.spent = new Totals(120, 100, 15, 30, 10, 123, 0);
        runs.priceVersion = "2026-11-01";
        runs.ttftMillis = 420;
        return runs;
    }

    static Runs failed(String code, String message) {
        Runs runs = ended(StopReason.ERROR);
        runs.error = RunError.of(code, message);
        return runs;
    }

    Runs asked(String fields) {
        request = Requests.with(fields).request();
        return this;
    }

    Runs spent(Totals totals, @Nullable String prices) {
        spent = totals;
        priceVersion = prices;
        return this;
    }

    Runs servedBy(ServedBy others) {
        servedBy = others;
        return this;
    }

    Runs step(int next) {
        step = next;
        return this;
    }

    Run build() {
        var key = new RunKey(new ConversationKey("acme", CONVERSATION), "abcdefghjkmnpqrs0123456789");
        return new Run(
                key,
                status,
                step,
                4,
                Instant.EPOCH,
                1,
                0,
                false,
                request,
                Payer.UNKNOWN,
                new Limits(50, 5, CREATED.plusSeconds(3_600), List.of()),
                null,
                0,
                1,
                4,
                spent,
                servedBy,
                priceVersion,
                ttftMillis,
                stopReason,
                error,
                new Reply("", false, false),
                CREATED,
                ENDED,
                endedAt);
    }
}
