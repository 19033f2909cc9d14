package dev.turnpike.ledger;

import dev.turnpike.tokens.Usage;
import java.time.Instant;

/// One model call as it is charged. Append only; no content.
///
/// @param fence the attempt that made the call
/// @param model what answered, as [PriceList#cost] names it
/// @param fromCache whether the answer was at hand, so that nothing was used and nothing is charged
/// @param ttftMillis milliseconds to the first token; -1 when none came
public record LedgerRow(
        String run,
        int step,
        long fence,
        State state,
        String model,
        boolean fromCache,
        Usage usage,
        Cost cost,
        long ttftMillis,
        Instant at) {

    /// The same, when its answer was in vain.
    public LedgerRow abandoned() {
        return new LedgerRow(run, step, fence, State.ABANDONED, model, fromCache, usage, cost, ttftMillis, at);
    }

    /// SETTLED: its answer is part of the conversation. ABANDONED: paid, and its answer was lost or discarded.
    public enum State {
        SETTLED,
        ABANDONED
    }
}
