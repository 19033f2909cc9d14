package dev.turnpike.access;

import dev.turnpike.access.Accounts.Both;
import dev.turnpike.access.Cap.Scope;
import dev.turnpike.access.Credential.ApiKey;
import dev.turnpike.access.FailedAttempts.Reason;
import dev.turnpike.access.KeyStore.Seen;
import dev.turnpike.access.KeyStore.StoredKey;
import dev.turnpike.access.Standing.Rate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Tells who calls, and how much they may still ask for.
///
/// A request that makes a run is told and counted by one write of its key's row, which gives back all that is known of
/// the key; others read the row. What the user and the tenant may use is read beside it once an instance knows whose
/// key it is. Keys that nobody has leave no trace but that of a failed attempt.
///
/// If the write fails, the row is read and the request let in uncounted: a limit that can't be told locks nobody out,
/// and a table that is down refuses by itself.
public final class FrontDoor {
    /// A write that takes longer is not waited for.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final int MOST_KEYS = 10_000;

    private final KeyStore keys;
    private final Accounts accounts;
    private final FailedAttempts attempts;
    private final Terms terms;
    private final InstantSource clock;

    /// Good ones, by their ids.
    private final Recent<String, Known> known = new Recent<>(MOST_KEYS);

    public FrontDoor(KeyStore keys, Accounts accounts, FailedAttempts attempts, Terms terms, InstantSource clock) {
        this.keys = keys;
        this.accounts = accounts;
        this.attempts = attempts;
        this.terms = terms;
        this.clock = clock;
    }

    /// @param allowance of whoever has none
    /// @param warnAtPercent of a cap
    public record Terms(Allowance allowance, List<Integer> warnAtPercent) {}

    private record Known(ApiKey key, Owner owner) {}

    /// @param uncounted why it is not counted; null when it is, or need not be
    private record Look(Optional<Seen> seen, @Nullable Throwable uncounted) {}

    /// For a request that makes no run.
    ///
    /// @param address where it comes from
    public Entry enter(Credential credential, String address) {
        return enter(credential, address, false);
    }

    /// For a request that makes a run. It is counted, and let in though its rates may be exceeded: what repeats an
    /// earlier request makes none.
    public Entry enterToRun(Credential credential, String address) {
        return enter(credential, address, true);
    }

    private Entry enter(Credential credential, String address, boolean runs) {
        return switch (credential) {
            case Credential.None() -> new Entry.NoCredential();
            case Credential.Several() -> new Entry.SeveralCredentials();
            case Credential.Unreadable() -> withoutKey(address);
            case Credential.Shown shown -> {
                Optional<ApiKey> key = shown.apiKey();
                yield key.isPresent() ? withKey(key.get(), address, runs) : withoutKey(address);
            }
        };
    }

    private Entry withoutKey(String address) {
        Optional<Duration> blocked = attempts.blocked(address);
        return blocked.<Entry>map(Entry.Blocked::new)
                .orElseGet(() -> new Entry.Wrong(attempts.note(address, Reason.NO_KEY, null)));
    }

    /// A key that was good here before is looked up wherever it comes from: others may share the address.
    private Entry withKey(ApiKey shown, String address, boolean runs) {
        @Nullable Owner owner = ownerOf(shown);
        Optional<Duration> blocked = owner == null ? attempts.blocked(address) : Optional.empty();
        if (blocked.isPresent()) {
            return new Entry.Blocked(blocked.get());
        }
        Instant now = clock.instant();
        @Nullable Pending<Both> ahead = runs && owner != null ? Pending.begin(() -> accounts.find(owner, now)) : null;
        Look look = runs ? counted(shown, now) : new Look(keys.find(shown.id(), now), null);
        Optional<Reason> wrong = wrong(look.seen, shown, now);
        if (wrong.isPresent()) {
            if (owner != null) {
                known.remove(shown.id());
            }
            return new Entry.Wrong(
                    attempts.note(address, wrong.get(), look.seen.map(Seen::key).orElse(null)));
        }
        Seen seen = look.seen.orElseThrow();
        known.put(shown.id(), new Known(shown, seen.key().owner()));
        if (!runs) {
            return admitted(seen.key(), List.of(), Map.of(), Standing.NONE);
        }
        Both both = ahead == null ? accounts.find(seen.key().owner(), now) : ahead.get();
        return admitted(seen, both, now, look.uncounted);
    }

    /// Null for a key that has not been good here before.
    private @Nullable Owner ownerOf(ApiKey shown) {
        Known before = known.get(shown.id());
        return before != null && before.key.equals(shown) ? before.owner : null;
    }

    private Look counted(ApiKey shown, Instant now) {
        try {
            return new Look(
                    Pending.begin(() -> keys.count(shown.id(), shown.hash(), now))
                            .get(PATIENCE),
                    null);
        } catch (RuntimeException failure) {
            return new Look(keys.find(shown.id(), now), failure);
        }
    }

    private static Optional<Reason> wrong(Optional<Seen> seen, ApiKey shown, Instant now) {
        if (seen.isEmpty()) {
            return Optional.of(Reason.UNKNOWN_KEY);
        }
        StoredKey key = seen.get().key();
        if (!key.secret().is(shown.hash(), now)) {
            return Optional.of(Reason.WRONG_SECRET);
        }
        if (key.disabled(now)) {
            return Optional.of(Reason.DISABLED);
        }
        return key.expired(now) ? Optional.of(Reason.EXPIRED) : Optional.empty();
    }

    private Entry admitted(Seen seen, Both both, Instant now, @Nullable Throwable uncounted) {
        Allowance own = seen.key().terms().allowance();
        List<Cap> caps = caps(own, both);
        List<Rate> requests = new ArrayList<>();
        Integer limit = own.requestsPerMinute() == null ? terms.allowance.requestsPerMinute() : own.requestsPerMinute();
        if (uncounted == null && limit != null && limit > 0) {
            requests.add(Standing.requests("key", limit, seen.requests(), now));
        }
        Throwable failure = uncounted;
        try {
            requests.addAll(countedFor(seen.key().owner(), both, now));
        } catch (RuntimeException uncountable) {
            failure = uncountable;
        }
        List<Cap> all = Allowance.over(caps, terms.allowance.caps());
        Standing standing = Standing.of(requests, all, seen, both, terms.warnAtPercent, now, failure);
        return admitted(seen.key(), caps, concurrentRuns(own, both), standing);
    }

    private static List<Cap> caps(Allowance own, Both both) {
        return Allowance.over(
                Allowance.over(own.caps(), both.user().allowance().caps()),
                both.tenant().allowance().caps());
    }

    /// The caps that count for runs of a key, those of the deployment among them, and how much is used.
    ///
    /// @return empty when there is no such key any more
    public List<Standing.Capped> capped(String keyId) {
        Instant now = clock.instant();
        return keys.find(keyId, now)
                .map(seen -> {
                    Both both = accounts.find(seen.key().owner(), now);
                    List<Cap> caps = caps(seen.key().terms().allowance(), both);
                    return Standing.capped(Allowance.over(caps, terms.allowance.caps()), seen, both);
                })
                .orElse(List.of());
    }

    /// One write for each limit that a user or a tenant has, side by side.
    private List<Rate> countedFor(Owner owner, Both both, Instant now) {
        Supplier<Optional<Rate>> user =
                owner.hasUser() ? counting("user", owner, both.user().allowance(), now) : Optional::empty;
        Supplier<Optional<Rate>> tenant =
                counting("tenant", owner.wholeTenant(), both.tenant().allowance(), now);
        List<Rate> rates = new ArrayList<>();
        user.get().ifPresent(rates::add);
        tenant.get().ifPresent(rates::add);
        return rates;
    }

    private Supplier<Optional<Rate>> counting(String name, Owner owner, Allowance allowance, Instant now) {
        Integer limit = allowance.requestsPerMinute();
        if (limit == null || limit == 0) {
            return Optional::empty;
        }
        Pending<Long> count = Pending.begin(() -> accounts.count(owner, now));
        return () -> Optional.of(Standing.requests(name, limit, count.get(PATIENCE), now));
    }

    private Map<Scope, Integer> concurrentRuns(Allowance own, Both both) {
        Map<Scope, Integer> most = new EnumMap<>(Scope.class);
        Integer ofKey = own.concurrentRuns() == null ? terms.allowance.concurrentRuns() : own.concurrentRuns();
        limit(most, Scope.KEY, ofKey);
        limit(most, Scope.USER, both.user().allowance().concurrentRuns());
        limit(most, Scope.TENANT, both.tenant().allowance().concurrentRuns());
        return most;
    }

    private static void limit(Map<Scope, Integer> most, Scope scope, @Nullable Integer limit) {
        if (limit != null && limit > 0) {
            most.put(scope, limit);
        }
    }

    private static Entry admitted(
            StoredKey key, List<Cap> caps, Map<Scope, Integer> concurrentRuns, Standing standing) {
        Owner owner = key.owner();
        return new Entry.Admitted(
                new Principal(owner.tenant(), key.id(), owner.user(), caps, concurrentRuns, key.terms()), standing);
    }
}
