package dev.turnpike.engine;

import dev.turnpike.access.Amount;
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
                run.payer(),
                run.step(),
                run.fence(),
                state,
                served.model(),
                served.serviceTier(),
                served.fromCache(),
                usage,
                served.fromCache() ? prices.free() : prices.cost(served.model(), served.serviceTier(), usage, now),
                Amount.NONE,
                ttftMillis,
                now);
    }

    Optional<String> warning(LiveRun live) {
        return prices.warning(live.run().request().model());
    }

    /// The row of an attempt that died before it could say what it used: at least the prompt, which was the same.
    LedgerRow lost(LedgerRow settled, long fence) {
        return lost(settled, fence, settled.model(), settled.usage().inputTokens());
    }

    /// The same when no attempt of the step has reported its prompt, which is counted then.
    LedgerRow lost(LiveRun live, long fence) {
        Served asked = Served.by(live.run().request().model());
        LedgerRow nothing = row(live, asked, Usage.NONE, LedgerRow.State.ABANDONED, -1);
        return lost(nothing, fence, asked.model(), prompt.tokens(live));
    }

    private LedgerRow lost(LedgerRow like, long fence, String model, long promptTokens) {
        Usage usage = Usage.estimated(promptTokens, 0);
        return new LedgerRow(
                like.run(),
                like.payer(),
                like.step(),
                fence,
                LedgerRow.State.ABANDONED,
                model,
                like.serviceTier(),
                false,
                usage,
                prices.cost(model, like.serviceTier(), usage, like.at()),
                Amount.NONE,
                -1,
                like.at());
    }
}
