package dev.turnpike.run;

import dev.turnpike.conversation.Item;
import dev.turnpike.ledger.LedgerRow;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The outcome of a step, written in one transaction under the run's fence.
///
/// @param run as it was acquired: its step and fence are the condition
/// @param stepDone false when the run ends before the step did any work (a limit was met)
/// @param items to be added, with ids; their places start at `run.endSeq()`
/// @param settled the step's ledger row; null for a tool step
/// @param ttftMillis to the run's first token, if this step brought it; -1 otherwise
public record StepCommit(
        Run run,
        boolean stepDone,
        List<Item> items,
        @Nullable LedgerRow settled,
        long ttftMillis,
        After after,
        Instant now) {

    /// What becomes of the run.
    public sealed interface After {
        /// The same holder goes on: commit and the next acquisition in one write. The fence grows by one.
        record Keep(Instant leaseUntil, String owner) implements After {}

        /// Nobody holds it; a message follows.
        record Release() implements After {}

        record Finish(StopReason reason, @Nullable RunError error) implements After {}
    }
}
