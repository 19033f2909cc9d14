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
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
        Map<Account, Amount> charged = new HashMap<>();
        for (Run run : store.runs()) {
            Amount sum =
                    store.ledger(run.key()).stream().map(LedgerRow::charged).reduce(Amount.NONE, Amount::plus);
            Account.of(run).forEach(capped -> charged.merge(capped.account(), sum, Amount::plus));
        }
        for (Account account : accounts.accounts()) {
            Amount held = accounts.held(account).stream().map(Hold::amount).reduce(Amount.NONE, Amount::plus);
            assertThat(accounts.balance(account, now).in(Period.TOTAL))
                    .as("what %s has used and holds, against the ledger and the holds %s", account, held)
                    .isEqualTo(charged.getOrDefault(account, Amount.NONE).plus(held));
        }
        withinCaps(store, accounts, now);
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
