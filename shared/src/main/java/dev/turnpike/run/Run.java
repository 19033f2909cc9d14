package dev.turnpike.run;

import dev.turnpike.access.Payer;
import dev.turnpike.conversation.Conversation.ForkPoint;
import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.model.Served;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One execution, from a request to a stop reason; the wire's `response`.
///
/// @param step the step to be done next: 0, 1, 2, …
/// @param fence grows with every acquisition; only its holder can commit
/// @param leaseUntil until when the holder is left alone; `Instant.EPOCH` when nobody holds it
/// @param attempts tries of the current step, this one included
/// @param resends how often it was woken since anybody last took it up or looked at it
/// @param parent the history that its conversation goes on from, if that is a fork
/// @param firstSeq sequence number of the run's first input item
/// @param inputEnd sequence number after its last input item: its output starts here
/// @param endSeq sequence number after its last item so far
/// @param spent tokens and cost of its settled ledger rows
/// @param servedBy what answered in place of the model that was asked for
/// @param priceVersion the price list of its last ledger row; null while there is none
/// @param changedAt last time that its row was written, or a later time before which nothing is due
/// @param ttftMillis milliseconds from the first model call to its first token; -1 while there is none
public record Run(
        RunKey key,
        RunStatus status,
        int step,
        long fence,
        Instant leaseUntil,
        int attempts,
        int resends,
        boolean cancelRequested,
        RunRequest request,
        Payer payer,
        Limits limits,
        @Nullable ForkPoint parent,
        long firstSeq,
        long inputEnd,
        long endSeq,
        Totals spent,
        ServedBy servedBy,
        @Nullable String priceVersion,
        long ttftMillis,
        @Nullable StopReason stopReason,
        @Nullable RunError error,
        @Nullable Reply reply,
        Instant createdAt,
        Instant changedAt,
        @Nullable Instant endedAt) {

    /// What answered in place of the model that was asked for.
    ///
    /// @param otherModels by name, as the ledger has them; empty while the one that was asked for has answered
    /// @param stepsFromCache whose answers were at hand
    public record ServedBy(Set<String> otherModels, int stepsFromCache) {
        /// The model that was asked for.
        public static final ServedBy ASKED = new ServedBy(Set.of(), 0);

        /// The same after one more step.
        ///
        /// @param asked the model that the run asked for
        /// @param settled the step's ledger row; null for none
        public ServedBy and(String asked, @Nullable LedgerRow settled) {
            if (settled == null) {
                return this;
            }
            Set<String> models = new TreeSet<>(otherModels);
            if (!Served.isSame(settled.model(), asked)) {
                models.add(settled.model());
            }
            return new ServedBy(models, stepsFromCache + (settled.fromCache() ? 1 : 0));
        }
    }

    /// The sequence numbers of a run whose input has no place in the conversation yet.
    public static final long NO_PLACE = -1;

    /// Whether it waits for its turn in a busy conversation.
    public boolean waiting() {
        return placeless() && !status.terminal();
    }

    /// Whether it waits, or ended before its turn came: then it has left nothing in the conversation.
    public boolean placeless() {
        return firstSeq == NO_PLACE;
    }

    /// The step as the queue names it.
    public StepMessage message() {
        return new StepMessage(key, step);
    }
}
