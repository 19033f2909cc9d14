package dev.turnpike.engine;

import dev.turnpike.conversation.Item;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.run.RunError;
import dev.turnpike.run.StopReason;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a step brought, before it is committed.
///
/// @param row what its model call used; null for a tool step, or when nothing was used
/// @param ttftMillis -1 when the step brought no token
record StepResult(List<Item> items, @Nullable LedgerRow row, long ttftMillis, Verdict verdict) {
    sealed interface Verdict {
        /// The items say what comes next.
        record GoOn() implements Verdict {}

        record Stop(StopReason reason, @Nullable RunError error) implements Verdict {}

        /// No attempt was made, since it would have been in vain; one is to be made after `delay`.
        record PutOff(Duration delay) implements Verdict {}

        /// Nothing is committed; another attempt may succeed after `delay`.
        record TryAgain(Duration delay, RunError error) implements Verdict {}

        /// Whether the step has come to anything.
        default boolean commits() {
            return switch (this) {
                case GoOn _, Stop _ -> true;
                case PutOff _, TryAgain _ -> false;
            };
        }
    }

    /// Whether there was a step. Limits are met before one.
    boolean taken() {
        boolean empty = items.isEmpty() && row == null;
        boolean limited =
                verdict instanceof Verdict.Stop(StopReason reason, var _) && reason == StopReason.SPENDING_CAP;
        return !(equals(NONE) || (empty && limited));
    }

    StepResult ending(Verdict.Stop stop) {
        return new StepResult(items, row, ttftMillis, stop);
    }

    StepResult with(List<Item> others) {
        return new StepResult(others, row, ttftMillis, verdict);
    }

    /// The same without what could not be stored: the run ends, and what it used is kept.
    StepResult unstorable() {
        return new StepResult(List.of(), row, ttftMillis, new Verdict.Stop(StopReason.ERROR, RunError.TOO_LARGE));
    }

    /// No step was taken.
    static final StepResult NONE = new StepResult(List.of(), null, -1, new Verdict.GoOn());
}
