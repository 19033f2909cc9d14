package dev.turnpike.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.Accounts.Account;
import dev.turnpike.access.AuditLog.Event;
import dev.turnpike.access.AuditLog.Kind;
import dev.turnpike.access.AuditLog.Noted;
import dev.turnpike.access.AuditLog.Wanted;
import dev.turnpike.access.KeyStore.Caching;
import dev.turnpike.access.KeyStore.Secret;
import dev.turnpike.access.KeyStore.Seen;
import dev.turnpike.access.KeyStore.StoredKey;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every store of keys, accounts, failed attempts and audit events does.
public abstract class AccessContract {
    protected static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final String HASH = ApiKeys.hash("first");
    private static final String OTHER = ApiKeys.hash("second");
    private static final Owner ADA = new Owner("acme", "ada@example.com");
    private static final Owner ACME = ADA.wholeTenant();
    private static final String ID = "aaaaaaaaaaaa";
    private static final KeyTerms TERMS = new KeyTerms(
            "Ada's laptop 😀",
            Set.of(KeyScope.RESPONSES_READ, KeyScope.USAGE_READ),
            new NamePatterns(List.of("gpt-4o*", "o3")),
            new NamePatterns(List.of()),
            new Allowance(7, 0, List.of(Cap.parse("key/day=5usd"), Cap.parse("run=100tokens"))),
            NOON.plusSeconds(3_600),
            new Caching(Duration.ofMinutes(5), true));

    /// All over one table.
    public record AccessStores(KeyStore keys, Accounts accounts, AttemptCounter attempts, AuditLog audit) {}

    protected abstract AccessStores open();

    private KeyStore keys;
    private Accounts accounts;
    private AttemptCounter attempts;
    private AuditLog audit;

    @BeforeEach
    void begin() {
        AccessStores stores = open();
        keys = stores.keys();
        accounts = stores.accounts();
        attempts = stores.attempts();
        audit = stores.audit();
    }

    private static StoredKey key(String id, Owner owner, KeyTerms terms) {
        return new StoredKey(id, owner, Secret.of(HASH), NOON, null, terms);
    }

    private StoredKey found() {
        return keys.find(ID, NOON).orElseThrow().key();
    }

    @Test
    void aKeyIsFoundAsItWasMade() {
        StoredKey made = key(ID, ADA, TERMS);
        StoredKey plain = key("bbbbbbbbbbbb", ACME, KeyTerms.unrestricted(""));
        assertThat(keys.create(made)).isTrue();
        assertThat(keys.create(plain)).isTrue();

        assertThat(keys.find(ID, NOON)).contains(new Seen(made, balance(), 0));
        assertThat(keys.find("bbbbbbbbbbbb", NOON).map(Seen::key)).contains(plain);
        assertThat(keys.find("cccccccccccc", NOON)).isEmpty();
    }

    private Balance balance() {
        return keys.find(ID, NOON).orElseThrow().used();
    }

    @Test
    void anIdIsGivenOnce() {
        keys.create(key(ID, ADA, TERMS));
        assertThat(keys.create(key(ID, ACME, KeyTerms.unrestricted("other")))).isFalse();
        assertThat(found().owner()).isEqualTo(ADA);
    }

    @Test
    void requestsAreCountedByTheMinute() {
        keys.create(key(ID, ADA, TERMS));
        assertThat(count(HASH, NOON)).contains(1L);
        assertThat(count(HASH, NOON.plusSeconds(59))).contains(2L);
        assertThat(count(HASH, NOON.plusSeconds(60))).contains(1L);
        assertThat(keys.find(ID, NOON).orElseThrow().requests()).isEqualTo(2);
    }

    private Optional<Long> count(String hash, Instant now) {
        return keys.count(ID, hash, now).map(Seen::requests);
    }

    @Test
    void aWrongSecretShowsTheKeyAndCountsNothing() {
        keys.create(key(ID, ADA, TERMS));
        assertThat(keys.count(ID, OTHER, NOON).orElseThrow().key()).isEqualTo(found());
        assertThat(keys.find(ID, NOON).orElseThrow().requests()).isZero();
    }

    @Test
    void aKeyThatNobodyHasLeavesNothing() {
        assertThat(keys.count(ID, HASH, NOON)).isEmpty();
        assertThat(keys.find(ID, NOON)).isEmpty();
        assertThat(keys.list(null, null, 10)).isEmpty();
    }

    @Test
    void termsAreChangedAndNothingElse() {
        keys.create(key(ID, ADA, TERMS));
        keys.count(ID, HASH, NOON);
        KeyTerms less = KeyTerms.unrestricted("renamed");

        assertThat(keys.change(ID, less)).isTrue();

        assertThat(found()).isEqualTo(key(ID, ADA, less));
        assertThat(keys.find(ID, NOON).orElseThrow().requests()).isOne();
        assertThat(keys.change(ID, TERMS)).isTrue();
        assertThat(found()).isEqualTo(key(ID, ADA, TERMS));
        assertThat(keys.change("cccccccccccc", less)).isFalse();
        assertThat(keys.find("cccccccccccc", NOON)).isEmpty();
    }

    @Test
    void aRotatedKeyOpensWithBothSecretsForAWhile() {
        keys.create(key(ID, ADA, TERMS));
        Instant until = NOON.plusSeconds(10);

        assertThat(keys.rotate(ID, OTHER, until)).isTrue();

        assertThat(found().secret()).isEqualTo(new Secret(OTHER, HASH, until));
        assertThat(count(OTHER, NOON)).contains(1L);
        assertThat(count(HASH, NOON.plusSeconds(9))).contains(2L);
        assertThat(count(HASH, until)).contains(2L);
        assertThat(count(OTHER, until)).contains(3L);
        assertThat(keys.rotate("cccccccccccc", OTHER, until)).isFalse();
    }

    @Test
    void aDisabledKeyStaysSoAndIsNotRotated() {
        keys.create(key(ID, ADA, TERMS));
        assertThat(keys.disable(ID, NOON)).isTrue();
        assertThat(keys.disable(ID, NOON.plusSeconds(5))).isTrue();
        assertThat(found().disabledAt()).isEqualTo(NOON);
        assertThat(keys.rotate(ID, OTHER, NOON)).isFalse();
        assertThat(keys.change(ID, TERMS)).isTrue();
        assertThat(found().disabledAt()).isEqualTo(NOON);
        assertThat(keys.disable("cccccccccccc", NOON)).isFalse();
    }

    @Test
    void keysAreListedByTheirIdsOfOneTenantOrOfAll() {
        for (String id : List.of("cccccccccccc", "aaaaaaaaaaaa", "bbbbbbbbbbbb", "dddddddddddd")) {
            keys.create(key(id, id.startsWith("b") ? new Owner("other", "") : ACME, KeyTerms.unrestricted(id)));
        }
        assertThat(ids(null, null, 3)).containsExactly("aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc");
        assertThat(ids(null, "bbbbbbbbbbbb", 9)).containsExactly("cccccccccccc", "dddddddddddd");
        assertThat(ids("acme", "aaaaaaaaaaaa", 1)).containsExactly("cccccccccccc");
        assertThat(ids("other", null, 9)).containsExactly("bbbbbbbbbbbb");
        assertThat(ids("nobody", null, 9)).isEmpty();
    }

    private List<String> ids(@Nullable String tenant, @Nullable String after, int most) {
        return keys.list(tenant, after, most).stream().map(StoredKey::id).toList();
    }

    @Test
    void usersAndTenantsAreAllowedAndCountedApart() {
        var ofUser = new Allowance(3, null, List.of(Cap.parse("user/day=1usd")));
        var ofTenant = new Allowance(null, 9, List.of());
        assertThat(accounts.find(ADA, NOON).tenant().allowance()).isEqualTo(Allowance.NONE);
        assertThat(accounts.count(ADA, NOON)).isOne();
        accounts.allow(ADA, ofUser);
        accounts.allow(ACME, ofTenant);

        assertThat(accounts.find(ADA, NOON).user().allowance()).isEqualTo(ofUser);
        assertThat(accounts.find(ADA, NOON).tenant().allowance()).isEqualTo(ofTenant);
        assertThat(accounts.find(ACME, NOON).user()).isEqualTo(Account.NEW);
        assertThat(accounts.find(new Owner("acme", "bob"), NOON).user().allowance())
                .isEqualTo(Allowance.NONE);
        assertThat(accounts.count(ADA, NOON)).isEqualTo(2);
        assertThat(accounts.count(ADA, NOON.plusSeconds(60))).isOne();
        assertThat(accounts.count(ACME, NOON)).isOne();
        accounts.allow(ADA, Allowance.NONE);
        assertThat(accounts.find(ADA, NOON).user().allowance()).isEqualTo(Allowance.NONE);
    }

    @Test
    void attemptsAreCountedByAddressAndMinute() {
        assertThat(attempts.add("192.0.2.1", NOON)).isOne();
        assertThat(attempts.add("192.0.2.1", NOON)).isEqualTo(2);
        assertThat(attempts.add("192.0.2.2", NOON)).isOne();
        assertThat(attempts.add("192.0.2.1", NOON.plusSeconds(60))).isOne();
    }

    @Test
    void eventsAreListedTheNewestFirst() {
        Event first = event(Kind.KEY_CREATED, "acme", NOON.minus(Duration.ofDays(40)));
        Event second = event(Kind.KEY_ROTATED, "acme", NOON);
        Event third = event(Kind.KEY_CREATED, "acme", NOON.plusSeconds(1));
        List.of(first, second, third, event(Kind.LOGIN_FAILED, "", NOON), event(Kind.LIMITS_UPDATED, "other", NOON))
                .forEach(audit::append);

        List<Noted> all = listed("acme", EnumSet.allOf(Kind.class), null, 9);
        assertThat(all).extracting(Noted::event).containsExactly(third, second, first);
        assertThat(listed("acme", EnumSet.allOf(Kind.class), all.getFirst().id(), 1))
                .extracting(Noted::event)
                .containsExactly(second);
        assertThat(listed("acme", EnumSet.of(Kind.KEY_CREATED), null, 9))
                .extracting(Noted::event)
                .containsExactly(third, first);
        assertThat(listed("", EnumSet.allOf(Kind.class), null, 9))
                .extracting(noted -> noted.event().kind())
                .containsExactly(Kind.LOGIN_FAILED);
        var today = new Wanted(NOON, NOON.plusSeconds(1), EnumSet.allOf(Kind.class), null);
        assertThat(audit.list("acme", today, 9)).extracting(Noted::event).containsExactly(second);
    }

    @Test
    void whatIsToldOnceIsToldOnceAMinute() {
        for (int seconds : List.of(0, 20, 59, 60)) {
            audit.appendOnce(event(Kind.LOGIN_FAILED, "acme", NOON.plusSeconds(seconds)), "key a");
        }
        audit.appendOnce(event(Kind.LOGIN_FAILED, "acme", NOON), "key b");
        assertThat(listed("acme", EnumSet.allOf(Kind.class), null, 9)).hasSize(3);
    }

    private List<Noted> listed(String tenant, Set<Kind> kinds, @Nullable String before, int most) {
        return audit.list(
                tenant, new Wanted(NOON.minus(Duration.ofDays(400)), NOON.plusSeconds(120), kinds, before), most);
    }

    private static Event event(Kind kind, String tenant, Instant at) {
        return new Event(kind, at, tenant, "192.0.2.1", Map.of("key", ID));
    }
}
