package dev.turnpike.engine;

import dev.turnpike.access.Amount;
import dev.turnpike.budget.Budget;
import dev.turnpike.budget.Hold;
import dev.turnpike.budget.LostHolds;
import dev.turnpike.budget.LostHolds.Trace;
import dev.turnpike.budget.Permit;
import dev.turnpike.budget.Permit.Held;
import dev.turnpike.ledger.Cost;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.ledger.LedgerRow.State;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.Served;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunEvent;
import dev.turnpike.tokens.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// What attempts of model calls are charged: held before the call, written to the ledger after it, and settled.
public final class Charges {
    /// A reader is not kept waiting longer for what others hold.
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// Between two looks.
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /// Nobody may be longer in a call than its invocation lasts, on anybody's clock.
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

    /// A provider may have written more than came through before the line was cut, and have counted it.
    private static final int DOUBTED_PART = 8;

    private static final int DOUBTED_TOKENS = 64;

    /// Faster than models write that think.
    private static final int MOST_TOKENS_PER_SECOND = 200;

    private final PriceList prices;
    private final Prompt prompt;
    private final Budget budget;
    private final LostHolds lost;
    private final Consumer<Duration> pause;

    /// @param pause lets that much time pass
    public Charges(PriceList prices, Prompt prompt, Budget budget, LostHolds lost, Consumer<Duration> pause) {
        this.prices = prices;
        this.prompt = prompt;
        this.budget = budget;
        this.lost = lost;
        this.pause = pause;
    }

    /// Asks for a call. A run in the background comes again later where it has to wait; any other waits a little here.
    Permit permit(LiveRun live, ModelRequest request) {
        boolean background = live.run().request().background();
        Instant until = live.deadline().at().plus(CLOCKS_DIFFER);
        Instant patience = now(live).plus(PATIENCE);
        while (true) {
            boolean waits = background || now(live).isBefore(patience);
            Permit permit = live.uninterrupted(() -> budget.ask(live.run(), request, now(live), until, waits));
            if (permit instanceof Permit.Granted(ModelRequest _, Held held)) {
                live.holds(held);
            }
            boolean soon = permit instanceof Permit.Busy(var _, Instant from) && from.isBefore(patience.plus(PATIENCE));
            if (background || !waits || !soon) {
                return permit;
            }
            live.touch();
            pause.accept(PAUSE);
        }
    }

    private static Instant now(LiveRun live) {
        return live.deadline().clock().instant();
    }

    /// The row of the attempt that is being made.
    ///
    /// @param served what was asked, or would have been
    /// @param ttftMillis to the first token; -1 when none came
    LedgerRow row(LiveRun live, Served served, Usage usage, State state, long ttftMillis) {
        Cost cost = served.fromCache()
                ? prices.free()
                : prices.cost(served.model(), served.serviceTier(), usage, now(live));
        LedgerRow row = row(live, served, usage, cost, state, ttftMillis);
        Hold hold = live.held().hold();
        if (hold == null) {
            return row;
        }
        if (!cost.known() && hold.amount().micros() > 0) {
            return row.doubted(hold.amount());
        }
        return usage.estimated() ? row.doubted(least(hold.amount(), doubted(served, usage, hold, now(live)))) : row;
    }

    private static LedgerRow row(LiveRun live, Served served, Usage usage, Cost cost, State state, long ttftMillis) {
        Run run = live.run();
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
                cost,
                Amount.NONE,
                ttftMillis,
                now(live));
    }

    /// Of an answer whose end nobody heard. A model may also have thought unseen for as long as the call took.
    private Amount doubted(Served served, Usage usage, Hold hold, Instant now) {
        long input = usage.inputTokens() + usage.inputTokens() / DOUBTED_PART;
        long thought = Math.max(0, Duration.between(hold.at(), now).toSeconds()) * MOST_TOKENS_PER_SECOND;
        long output = usage.outputTokens() + Math.max(thought, usage.outputTokens() / DOUBTED_PART + DOUBTED_TOKENS);
        return new Amount(prices.most(served.model(), input, output, hold.at()).counted(), input + output);
    }

    private static Amount least(Amount one, Amount other) {
        return new Amount(Math.min(one.micros(), other.micros()), Math.min(one.tokens(), other.tokens()));
    }

    /// The row of an attempt that was to call nobody.
    LedgerRow none(LiveRun live) {
        return row(live, asked(live), Usage.NONE, prices.free(), State.ABANDONED, -1);
    }

    private static Served asked(LiveRun live) {
        return Served.by(live.run().request().model());
    }

    /// What is held for the attempt ends, since its row is committed.
    ///
    /// @param row null when nothing was used
    void settle(LiveRun live, @Nullable LedgerRow row) {
        for (String warning : budget.settle(live.run(), live.release(), row)) {
            live.emit(new RunEvent.Warned(live.run().key().run(), warning));
        }
    }

    /// The attempt is in vain; so may its row be, if somebody has taken it for lost and written so. What is held is
    /// ended by what the ledger says, and by nothing else, since two may be about to end it.
    ///
    /// @param row null when nothing was used
    void abandon(LiveRun live, @Nullable LedgerRow row) {
        Hold hold = live.release().hold();
        if (hold != null) {
            lost.end(live.run(), hold, row == null ? none(live) : row);
        } else if (row != null) {
            lost.abandon(live.run(), row);
        }
    }

    /// An attempt died before it could say what it used: at least the prompt, which was the same for all.
    ///
    /// @param settled what the step's last attempt used; null for nothing
    void lose(LiveRun live, @Nullable LedgerRow settled, long fence) {
        // An answer that was at hand says nothing of what others paid for it.
        LedgerRow row = settled == null || settled.fromCache()
                ? lost(none(live), fence, prompt.tokens(live))
                : lost(settled, fence, settled.usage().inputTokens());
        switch (lost.trace(live.run(), row.step(), fence)) {
            case Trace.Holding(Hold hold) -> lost.end(live.run(), hold, row.doubted(hold.amount()));
            case Trace.BeforeTheCall() -> lost.abandon(live.run(), lost(none(live), fence, 0));
            case Trace.None() -> lost.abandon(live.run(), row);
        }
    }

    private LedgerRow lost(LedgerRow like, long fence, long promptTokens) {
        Usage usage = Usage.estimated(promptTokens, 0);
        return new LedgerRow(
                like.run(),
                like.payer(),
                like.step(),
                fence,
                State.ABANDONED,
                like.model(),
                like.serviceTier(),
                false,
                usage,
                prices.cost(like.model(), like.serviceTier(), usage, like.at()),
                Amount.NONE,
                -1,
                like.at());
    }

    Optional<String> warning(LiveRun live) {
        return prices.warning(live.run().request().model());
    }
}
