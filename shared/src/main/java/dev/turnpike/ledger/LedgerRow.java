package dev.turnpike.ledger;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Payer;
import dev.turnpike.tokens.Usage;
import java.time.Instant;

/// One model call as it is charged. Append only; no content.
///
/// @param payer who is charged
/// @param fence the attempt that made the call
/// @param model what answered, as [PriceList#cost] names it
/// @param serviceTier the tier of the provider's whose prices count, in its words; empty for the usual one
/// @param fromCache whether the answer was at hand, so that nothing was used and nothing is charged
/// @param doubt what an attempt of which nobody has heard may have used beyond that, at most; caps count it
/// @param ttftMillis milliseconds to the first token; -1 when none came
public record LedgerRow(
        String run,
        Payer payer,
        int step,
        long fence,
        State state,
        String model,
        String serviceTier,
        boolean fromCache,
        Usage usage,
        Cost cost,
        Amount doubt,
        long ttftMillis,
        Instant at) {

    /// The same, when its answer was in vain.
    public LedgerRow abandoned() {
        return new LedgerRow(
                run,
                payer,
                step,
                fence,
                State.ABANDONED,
                model,
                serviceTier,
                fromCache,
                usage,
                cost,
                doubt,
                ttftMillis,
                at);
    }

    /// The same of an attempt that may have used more, up to a limit.
    public LedgerRow doubted(Amount most) {
        Amount rest = most.less(used());
        return new LedgerRow(
                run, payer, step, fence, state, model, serviceTier, fromCache, usage, cost, rest, ttftMillis, at);
    }

    /// What the caps of its payer count.
    public Amount charged() {
        return used().plus(doubt);
    }

    private Amount used() {
        return new Amount(cost.counted(), usage.totalTokens());
    }

    /// SETTLED: its answer is part of the conversation. ABANDONED: paid, and its answer was lost or discarded.
    public enum State {
        SETTLED,
        ABANDONED
    }
}
