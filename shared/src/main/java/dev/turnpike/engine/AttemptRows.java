package dev.turnpike.engine;

import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.model.Served;
import dev.turnpike.run.Run;
import dev.turnpike.tokens.Usage;
import java.time.Instant;
import java.util.Optional;

/// The ledger rows of attempts of model calls: those that reported what they used, and those that died first.
final class AttemptRows {
    private final PriceList prices;
    private final Prompt prompt;

    AttemptRows(PriceList prices, Prompt prompt) {
        this.prices = prices;
        this.prompt = prompt;
    }

    /// The row of the attempt that is being made.
    ///
    /// @param served what was asked, or would have been
    /// @param ttftMillis to the first token; -1 when none came
    LedgerRow row(LiveRun live, Served served, Usage usage, LedgerRow.State state, long ttftMillis) {
        Run run = live.run();
        Instant now = live.deadline().clock().instant();
        return new LedgerRow(
                run.key().run(),
                run.step(),
                run.fence(),
                state,
                served.model(),
                served.fromCache(),
                usage,
                served.fromCache() ? prices.free() : prices.cost(served.model(), usage, now),
                ttftMillis,
                now);
    }

    Optional<String> warning(LiveRun live) {
        return prices.warning(live.run().request().model());
    }

    /// The row of an attempt that died before it could say what it used: at least the prompt, which was the same.
    LedgerRow lost(LedgerRow settled, long fence) {
        return lost(
                settled.run(),
                settled.step(),
                fence,
                settled.model(),
                settled.usage().inputTokens(),
                settled.at());
    }

    /// The same when no attempt of the step has reported its prompt, which is counted then.
    LedgerRow lost(LiveRun live, long fence) {
        Run run = live.run();
        Instant now = live.deadline().clock().instant();
        return lost(run.key().run(), run.step(), fence, run.request().model(), prompt.tokens(live), now);
    }

    private LedgerRow lost(String run, int step, long fence, String model, long promptTokens, Instant at) {
        Usage usage = Usage.estimated(promptTokens, 0);
        return new LedgerRow(
                run,
                step,
                fence,
                LedgerRow.State.ABANDONED,
                model,
                false,
                usage,
                prices.cost(model, usage, at),
                -1,
                at);
    }
}
