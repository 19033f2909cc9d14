package dev.turnpike.fake;

import dev.turnpike.access.Allowance;
import dev.turnpike.access.Amount;
import dev.turnpike.access.Balance;
import dev.turnpike.access.Cap;
import dev.turnpike.access.Cap.Period;
import dev.turnpike.budget.Account;
import dev.turnpike.budget.AccountStore;
import dev.turnpike.budget.Hold;
import dev.turnpike.budget.RunPlaces;
import dev.turnpike.run.RunKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Accounts in memory, each written by one after the other.
public final class MemoryAccountStore implements AccountStore, RunPlaces {
    private final PortCalls calls;
    private final Map<Account, Kept> accounts = new HashMap<>();

    private static final class Kept {
        private final Map<Period, Map<String, Amount>> used = new EnumMap<>(Period.class);
        private final Map<String, Hold> holds = new HashMap<>();
        private final List<RunKey> places = new ArrayList<>();
        private List<Cap> caps = List.of();

        Balance balance(Instant at) {
            Map<Period, Amount> balance = new EnumMap<>(Period.class);
            for (Period period : Period.values()) {
                balance.put(period, used.getOrDefault(period, Map.of()).getOrDefault(period.name(at), Amount.NONE));
            }
            return new Balance(balance);
        }

        void add(Hold hold, Amount amount) {
            for (Period period : Period.values()) {
                if (period != Period.MINUTE || hold.perMinute()) {
                    used.computeIfAbsent(period, _ -> new HashMap<>())
                            .merge(period.name(hold.at()), amount, Amount::plus);
                }
            }
        }
    }

    public MemoryAccountStore(PortCalls calls) {
        this.calls = calls;
    }

    /// Gives an account caps of its own.
    public synchronized void cap(Account account, Cap... caps) {
        kept(account).caps = List.of(caps);
    }

    /// All accounts that were ever asked.
    public synchronized List<Account> accounts() {
        return List.copyOf(accounts.keySet());
    }

    /// What an account has used and holds.
    public synchronized Balance balance(Account account, Instant at) {
        return kept(account).balance(at);
    }

    /// What an account holds.
    public synchronized List<Hold> held(Account account) {
        return List.copyOf(kept(account).holds.values());
    }

    private Kept kept(Account account) {
        return accounts.computeIfAbsent(account, _ -> new Kept());
    }

    private static String id(Hold hold) {
        return hold.run().run() + "_" + hold.step() + "_" + hold.fence();
    }

    @Override
    public Holding hold(Account account, Hold hold, List<Cap> caps) {
        return calls.through("hold", () -> {
            synchronized (this) {
                Kept kept = kept(account);
                if (kept.holds.containsKey(id(hold))) {
                    return new Holding.Held();
                }
                List<Cap> inForce = Allowance.over(kept.caps, caps);
                Balance balance = kept.balance(hold.at());
                if (inForce.stream().anyMatch(cap -> balance.left(cap) < hold.of(cap))) {
                    return new Holding.Refused(account, inForce, balance, List.copyOf(kept.holds.values()));
                }
                kept.add(hold, hold.amount());
                kept.holds.put(id(hold), hold);
                return new Holding.Held();
            }
        });
    }

    @Override
    public Optional<Settled> settle(Account account, Hold hold, Amount used) {
        return calls.through("settle", () -> {
            synchronized (this) {
                Kept kept = kept(account);
                if (kept.holds.remove(id(hold)) == null) {
                    return Optional.empty();
                }
                Amount held = hold.amount();
                kept.add(hold, new Amount(used.micros() - held.micros(), used.tokens() - held.tokens()));
                return Optional.of(new Settled(
                        kept.caps,
                        Hold.givenBack(kept.balance(hold.at()), List.copyOf(kept.holds.values()), hold.at())));
            }
        });
    }

    @Override
    public Optional<List<RunKey>> take(Account account, RunKey run, int most) {
        return calls.through("takePlace", () -> {
            synchronized (this) {
                List<RunKey> places = kept(account).places;
                if (places.contains(run)) {
                    return Optional.empty();
                }
                return places.size() < most && places.add(run) ? Optional.empty() : Optional.of(List.copyOf(places));
            }
        });
    }

    @Override
    public void free(Account account, Collection<RunKey> runs) {
        calls.through("freePlaces", () -> {
            synchronized (this) {
                kept(account).places.removeAll(runs);
            }
        });
    }

    @Override
    public List<Hold> holds(Account account) {
        return calls.through("holds", () -> {
            synchronized (this) {
                return List.copyOf(kept(account).holds.values());
            }
        });
    }
}
