package dev.turnpike.budget;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Payer;
import dev.turnpike.budget.Account.Capped;
import dev.turnpike.budget.AccountStore.Holding.Refused;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunStore;
import dev.turnpike.tokens.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Holds whose attempts died. What becomes of one is what the ledger says of its attempt; where it says nothing, it is
/// made to say what is known.
public final class LostHolds {
    private final AccountStore accounts;
    private final RunStore runs;
    private final PriceList prices;

    public LostHolds(AccountStore accounts, RunStore runs, PriceList prices) {
        this.accounts = accounts;
        this.runs = runs;
        this.prices = prices;
    }

    /// What is known of an attempt that died.
    public sealed interface Trace {
        /// It holds what its call may cost, so it may have made it.
        record Holding(Hold hold) implements Trace {}

        /// It died before all that it had to hold was held, so it has called nobody; or its row is written.
        record BeforeTheCall() implements Trace {}

        /// There are no caps, so that nothing tells.
        record None() implements Trace {}
    }

    /// Looks for the hold of an attempt that died.
    public Trace trace(Run run, int step, long fence) {
        List<Capped> payers = Account.of(run);
        List<Optional<Hold>> found = payers.stream()
                .map(capped -> accounts.holds(capped.account()).stream()
                        .filter(hold -> hold.isOf(run.key(), step, fence))
                        .findFirst())
                .toList();
        if (payers.isEmpty()) {
            return new Trace.None();
        }
        if (found.stream().allMatch(Optional::isPresent)) {
            return new Trace.Holding(found.getFirst().orElseThrow());
        }
        for (int i = 0; i < payers.size(); i++) {
            Account account = payers.get(i).account();
            found.get(i).ifPresent(hold -> accounts.settle(account, hold, used(hold)));
        }
        return new Trace.BeforeTheCall();
    }

    /// Writes the row of an attempt that holds nothing.
    public void abandon(Run run, LedgerRow row) {
        runs.abandon(run.key(), row);
    }

    /// Writes an attempt's row, and ends its hold by what the ledger then says: somebody may have written before.
    public void end(Run run, Hold hold, LedgerRow row) {
        runs.abandon(run.key(), row);
        settle(run, hold, written(hold).orElse(row));
    }

    private void settle(Run run, Hold hold, LedgerRow row) {
        Account.of(run).forEach(capped -> accounts.settle(capped.account(), hold, row.charged()));
    }

    /// Ends those holds that stand in the way and are over.
    ///
    /// @return whether there were any
    boolean end(List<Refused> refusals, Instant now) {
        boolean any = false;
        for (Refused refused : refusals) {
            for (Hold hold : refused.holds()) {
                if (hold.until().isBefore(now)) {
                    end(refused.account(), hold);
                    any = true;
                }
            }
        }
        return any;
    }

    private void end(Account inTheWay, Hold hold) {
        Optional<Run> found = runs.find(hold.run());
        Optional<LedgerRow> row = written(hold);
        if (found.isEmpty()) {
            LedgerRow known = row.orElseGet(() -> write(hold, Payer.UNKNOWN));
            accounts.settle(inTheWay, hold, known.charged());
        } else if (row.isPresent()) {
            settle(found.get(), hold, row.get());
        } else if (trace(found.get(), hold.step(), hold.fence()) instanceof Trace.Holding) {
            settle(found.get(), hold, write(hold, found.get().payer()));
        }
    }

    /// An attempt that died while what it held was ended has a row; one that died while it was held has none.
    private Amount used(Hold hold) {
        return written(hold).map(LedgerRow::charged).orElse(Amount.NONE);
    }

    /// What the ledger has of an attempt.
    private Optional<LedgerRow> written(Hold hold) {
        return runs.ledger(hold.run()).stream()
                .filter(row -> row.step() == hold.step() && row.fence() == hold.fence())
                .findFirst();
    }

    private LedgerRow write(Hold hold, Payer payer) {
        Usage usage = Usage.estimated(hold.inputTokens(), 0);
        var row = new LedgerRow(
                hold.run().run(),
                payer,
                hold.step(),
                hold.fence(),
                LedgerRow.State.ABANDONED,
                hold.model(),
                "",
                false,
                usage,
                prices.cost(hold.model(), usage, hold.at()),
                Amount.NONE,
                -1,
                hold.at());
        LedgerRow doubted = row.doubted(hold.amount());
        runs.abandon(hold.run(), doubted);
        return written(hold).orElse(doubted);
    }
}
