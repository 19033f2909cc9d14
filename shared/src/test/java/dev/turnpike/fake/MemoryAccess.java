package dev.turnpike.fake;

import dev.turnpike.access.Accounts;
import dev.turnpike.access.Allowance;
import dev.turnpike.access.Amount;
import dev.turnpike.access.AttemptCounter;
import dev.turnpike.access.AuditLog;
import dev.turnpike.access.Balance;
import dev.turnpike.access.Cap.Period;
import dev.turnpike.access.KeyStore;
import dev.turnpike.access.KeyStore.Secret;
import dev.turnpike.access.KeyStore.Seen;
import dev.turnpike.access.KeyStore.StoredKey;
import dev.turnpike.access.KeyTerms;
import dev.turnpike.access.Owner;
import dev.turnpike.run.StoreUnavailableException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Keys, accounts, failed attempts and audit events in memory, for as many doors as share it.
public final class MemoryAccess {
    public final Keys keys = new Keys();
    public final OfOwners accounts = new OfOwners();
    public final Attempts attempts = new Attempts();
    public final Audit audit = new Audit();

    /// What was asked for, in this order, as `count key`, `find key`; without what of.
    public final List<String> calls = new ArrayList<>();

    /// Whether writes that count fail.
    public boolean writesDown;

    /// Whether everything fails.
    public boolean down;

    private final Map<String, Map<String, Amount>> used = new HashMap<>();

    /// What a key has used, by the name of a period.
    public void use(String keyId, Instant at, Amount amount) {
        add("key " + keyId, at, amount);
    }

    public void use(Owner owner, Instant at, Amount amount) {
        add(owner.toString(), at, amount);
    }

    private synchronized void add(String whose, Instant at, Amount amount) {
        for (Period period : Period.values()) {
            used.computeIfAbsent(whose, _ -> new HashMap<>()).merge(period + period.name(at), amount, Amount::plus);
        }
    }

    private Balance balance(String whose, Instant now) {
        Map<Period, Amount> balance = new EnumMap<>(Period.class);
        for (Period period : Period.values()) {
            balance.put(
                    period, used.getOrDefault(whose, Map.of()).getOrDefault(period + period.name(now), Amount.NONE));
        }
        return new Balance(balance);
    }

    private void called(String call, boolean counts) {
        calls.add(call);
        if (down || (counts && writesDown)) {
            throw new StoreUnavailableException("the table did not answer", new IllegalStateException("down"));
        }
    }

    private static String minute(Instant now) {
        return " " + now.truncatedTo(ChronoUnit.MINUTES);
    }

    public final class Keys implements KeyStore {
        public final Map<String, StoredKey> stored = new TreeMap<>();
        private final Map<String, Long> counts = new HashMap<>();

        @Override
        public Optional<Seen> find(String id, Instant now) {
            synchronized (MemoryAccess.this) {
                called("find key", false);
                return seen(id, now);
            }
        }

        private Optional<Seen> seen(String id, Instant now) {
            return Optional.ofNullable(stored.get(id))
                    .map(key -> new Seen(key, balance("key " + id, now), counts.getOrDefault(id + minute(now), 0L)));
        }

        @Override
        public Optional<Seen> count(String id, String sha256, Instant now) {
            synchronized (MemoryAccess.this) {
                called("count key", true);
                StoredKey key = stored.get(id);
                if (key != null && opens(key.secret(), sha256, now)) {
                    counts.merge(id + minute(now), 1L, Long::sum);
                }
                return seen(id, now);
            }
        }

        private static boolean opens(Secret secret, String sha256, Instant now) {
            Instant until = secret.previousUntil();
            return secret.sha256().equals(sha256)
                    || (sha256.equals(secret.previous()) && until != null && now.isBefore(until));
        }

        @Override
        public boolean create(StoredKey key) {
            return stored.putIfAbsent(key.id(), key) == null;
        }

        @Override
        public boolean change(String id, KeyTerms terms) {
            return stored.computeIfPresent(
                            id,
                            (_, key) -> new StoredKey(
                                    id, key.owner(), key.secret(), key.createdAt(), key.disabledAt(), terms))
                    != null;
        }

        @Override
        public boolean rotate(String id, String sha256, Instant previousUntil) {
            StoredKey key = stored.get(id);
            if (key == null || key.disabledAt() != null) {
                return false;
            }
            var secret = new Secret(sha256, key.secret().sha256(), previousUntil);
            stored.put(id, new StoredKey(id, key.owner(), secret, key.createdAt(), null, key.terms()));
            return true;
        }

        @Override
        public boolean disable(String id, Instant at) {
            return stored.computeIfPresent(
                            id,
                            (_, key) -> new StoredKey(
                                    id,
                                    key.owner(),
                                    key.secret(),
                                    key.createdAt(),
                                    key.disabledAt() == null ? at : key.disabledAt(),
                                    key.terms()))
                    != null;
        }

        @Override
        public List<StoredKey> list(@Nullable String tenant, @Nullable String after, int most) {
            return stored.values().stream()
                    .filter(key -> tenant == null || tenant.equals(key.owner().tenant()))
                    .filter(key -> after == null || key.id().compareTo(after) > 0)
                    .limit(most)
                    .toList();
        }
    }

    public final class OfOwners implements Accounts {
        private final Map<Owner, Allowance> allowances = new HashMap<>();
        private final Map<String, Long> counts = new HashMap<>();

        @Override
        public Both find(Owner owner, Instant now) {
            synchronized (MemoryAccess.this) {
                called("find accounts", false);
                return new Both(owner.hasUser() ? account(owner, now) : Account.NEW, account(owner.wholeTenant(), now));
            }
        }

        private Account account(Owner owner, Instant now) {
            return new Account(allowances.getOrDefault(owner, Allowance.NONE), balance(owner.toString(), now));
        }

        @Override
        public long count(Owner owner, Instant now) {
            synchronized (MemoryAccess.this) {
                called("count account", true);
                return counts.merge(owner + minute(now), 1L, Long::sum);
            }
        }

        @Override
        public void allow(Owner owner, Allowance allowance) {
            allowances.put(owner, allowance);
        }
    }

    public final class Attempts implements AttemptCounter {
        private final Map<String, Long> counts = new HashMap<>();

        @Override
        public long add(String address, Instant minute) {
            synchronized (MemoryAccess.this) {
                called("count attempt", false);
                return counts.merge(address + minute(minute), 1L, Long::sum);
            }
        }
    }

    public final class Audit implements AuditLog {
        public final List<Event> events = new ArrayList<>();
        private final List<Noted> noted = new ArrayList<>();
        private final List<String> once = new ArrayList<>();

        @Override
        public void append(Event event) {
            synchronized (MemoryAccess.this) {
                called("audit", false);
                events.add(event);
                noted.add(new Noted(id(event.at(), noted.size()), event));
            }
        }

        @Override
        public void appendOnce(Event event, String subject) {
            String what = event.tenant() + subject + minute(event.at());
            boolean known = once.contains(what);
            once.add(what);
            if (known) {
                calls.add("audit");
            } else {
                append(event);
            }
        }

        private static String id(Instant at, int number) {
            return "%015d%011d".formatted(at.toEpochMilli(), number);
        }

        @Override
        public List<Noted> list(String tenant, Wanted wanted, int most) {
            return noted.stream()
                    .filter(each -> each.event().tenant().equals(tenant))
                    .filter(each -> wanted.before() == null || each.id().compareTo(wanted.before()) < 0)
                    .filter(wanted::includes)
                    .sorted(Comparator.comparing(Noted::id).reversed())
                    .limit(most)
                    .toList();
        }
    }
}
