package dev.turnpike.fake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Cap.Period;
import dev.turnpike.budget.Account;
import dev.turnpike.budget.Hold;
import dev.turnpike.check.ConversationCheck;
import dev.turnpike.check.Violation;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.run.Run;
import java.time.Instant;
import java.util.List;

/// What holds in the store whatever happened, to be checked after every test that drives runs: the operator's check,
/// and what only a fake can tell.
public final class Invariants {
    /// A test may look while a run still waits for its reaper.
    private static final int NOTHING_LIES_STILL = 8;

    private Invariants() {}

    public static void check(MemoryStore store) {
        assertThat(violations(store)).isEmpty();
        for (Run run : store.runs()) {
            assertThat(store.fences(run.key())).as("fences").isSorted().doesNotHaveDuplicates();
        }
    }

    /// Every account has used what the ledger's rows say of its payers, and what is held; no cap is exceeded.
    public static void checkAccounts(MemoryStore store, MemoryAccountStore accounts, Instant now) {
        for (Account account : accounts.accounts()) {
            List<Hold> holds = accounts.held(account);
            Amount held = holds.stream().map(Hold::amount).reduce(Amount.NONE, Amount::plus);
            Amount charged = store.runs().stream()
                    .filter(run -> pays(account, run))
                    .flatMap(run -> store.ledger(run.key()).stream().filter(row -> !isHeld(holds, run, row)))
                    .map(LedgerRow::charged)
                    .reduce(Amount.NONE, Amount::plus);
            assertThat(accounts.balance(account, now).in(Period.TOTAL))
                    .as("what %s has used and holds, against the ledger and the holds %s", account, held)
                    .isEqualTo(charged.plus(held));
        }
        withinCaps(store, accounts, now);
    }

    private static boolean pays(Account account, Run run) {
        return Account.of(run).stream().anyMatch(capped -> capped.account().equals(account));
    }

    /// What is still to be settled.
    private static boolean isHeld(List<Hold> holds, Run run, LedgerRow row) {
        return holds.stream().anyMatch(hold -> hold.isOf(run.key(), row.step(), row.fence()));
    }

    /// No cap is exceeded by what is used and held.
    public static void withinCaps(MemoryStore store, MemoryAccountStore accounts, Instant now) {
        for (Run run : store.runs()) {
            for (Account.Capped capped : Account.of(run)) {
                for (Cap cap : capped.caps()) {
                    assertThat(accounts.balance(capped.account(), now).used(cap))
                            .as("%s of %s", cap, capped.account())
                            .isLessThanOrEqualTo(cap.amount());
                }
            }
        }
    }

    /// What the operator's check finds.
    public static List<Violation> violations(MemoryStore store) {
        var check = new ConversationCheck(PriceList.forProvider("openai"));
        return store.partitions().stream()
                .flatMap(partition -> check.check(partition, store.now()).violations().stream())
                .filter(violation -> violation.invariant() != NOTHING_LIES_STILL)
                .toList();
    }
}
