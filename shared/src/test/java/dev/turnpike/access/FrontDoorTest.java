package dev.turnpike.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.turnpike.access.AuditLog.Event;
import dev.turnpike.access.KeyStore.Secret;
import dev.turnpike.access.KeyStore.StoredKey;
import dev.turnpike.access.Standing.Rate;
import dev.turnpike.fake.MemoryAccess;
import dev.turnpike.fake.SettableClock;
import dev.turnpike.run.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class FrontDoorTest {
    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final Owner ADA = new Owner("acme", "ada");
    private static final Owner ACME = ADA.wholeTenant();
    private static final String HERE = "192.0.2.1";
    private static final ApiKeys MAKER = new ApiKeys("dev");
    private static final int MOST_ATTEMPTS = 3;

    private final SettableClock clock = new SettableClock(NOON);
    private final MemoryAccess access = new MemoryAccess();
    private final ApiKeys.NewKey made = MAKER.create();
    private FrontDoor door = door(new Allowance(2, 0, List.of()));

    FrontDoorTest() {
        add(made, KeyTerms.unrestricted("first"), null);
    }

    private FrontDoor door(Allowance deployment) {
        var attempts = new FailedAttempts(access.attempts, access.audit, MOST_ATTEMPTS, clock);
        var terms = new FrontDoor.Terms(deployment, List.of(80, 95));
        return new FrontDoor(access.keys, access.accounts, attempts, terms, clock);
    }

    private void add(ApiKeys.NewKey key, KeyTerms terms, @Nullable Instant disabledAt) {
        access.keys.stored.put(
                key.id(), new StoredKey(key.id(), ADA, Secret.of(ApiKeys.hash(key.text())), NOON, disabledAt, terms));
    }

    private static Credential bearer(String key) {
        return Credential.of("Bearer " + key, null);
    }

    private Entry enter(String key) {
        return door.enterToRun(bearer(key), HERE);
    }

    private Standing standing() {
        return ((Entry.Admitted) enter(made.text())).standing();
    }

    private List<String> callsOf(Runnable request) {
        access.calls.clear();
        request.run();
        return List.copyOf(access.calls);
    }

    @Test
    void aKeyTellsItsOwnerAndItsTerms() {
        Principal caller = ((Entry.Admitted) enter(made.text())).principal();
        assertThat(caller)
                .isEqualTo(
                        new Principal("acme", made.id(), "ada", List.of(), Map.of(), KeyTerms.unrestricted("first")));
        assertThat(caller.payer()).isEqualTo(new Payer(made.id(), "ada"));
    }

    @Test
    void aRunCostsOneWriteAndOneReadAndOtherRequestsOneRead() {
        assertThat(callsOf(() -> enter(made.text()))).containsExactly("count key", "find accounts");
        assertThat(callsOf(() -> enter(made.text()))).containsExactlyInAnyOrder("count key", "find accounts");
        assertThat(callsOf(() -> door.enter(bearer(made.text()), HERE))).containsExactly("find key");
    }

    @Test
    void requestsOfAKeyAreCountedInTheMinute() {
        assertThat(standing().requests()).contains(rate("key", 2, 1, false, 60));
        clock.advance(Duration.ofSeconds(48));
        assertThat(standing().requests()).contains(rate("key", 2, 0, false, 12));
        assertThat(standing().requests()).contains(rate("key", 2, 0, true, 12));
        clock.advance(Duration.ofSeconds(12));
        assertThat(standing().requests()).contains(rate("key", 2, 1, false, 60));
    }

    private static Rate rate(String name, long limit, long left, boolean exceeded, int seconds) {
        return new Rate(name, limit, left, exceeded, Duration.ofSeconds(seconds));
    }

    @Test
    void aKeysOwnLimitComesBeforeTheDeployments() {
        allowKey(new Allowance(5, null, List.of()));
        assertThat(standing().requests()).contains(rate("key", 5, 4, false, 60));
        allowKey(new Allowance(0, null, List.of()));
        assertThat(standing().requests()).isEmpty();
    }

    private void allowKey(Allowance allowance) {
        access.keys.change(made.id(), KeyTerms.unrestricted("first").with(allowance));
    }

    @Test
    void theTightestOfKeyUserAndTenantCounts() {
        allowKey(new Allowance(100, null, List.of()));
        access.accounts.allow(ADA, new Allowance(3, null, List.of()));
        access.accounts.allow(ACME, new Allowance(2, null, List.of()));
        assertThat(standing().requests()).contains(rate("tenant", 2, 1, false, 60));
        access.accounts.allow(ACME, new Allowance(20, null, List.of()));
        assertThat(standing().requests()).contains(rate("user", 3, 1, false, 60));
        assertThat(callsOf(() -> enter(made.text())))
                .containsExactlyInAnyOrder("count key", "find accounts", "count account", "count account");
        assertThat(standing().requests()).contains(rate("user", 3, 0, true, 60));
    }

    @Test
    void keysOfATenantAreCountedTogetherThere() {
        allowKey(new Allowance(100, null, List.of()));
        access.accounts.allow(ACME, new Allowance(2, null, List.of()));
        ApiKeys.NewKey second = MAKER.create();
        add(second, KeyTerms.unrestricted("second"), null);
        enter(made.text());
        enter(second.text());
        assertThat(standing().requests().orElseThrow().exceeded()).isTrue();
    }

    @Test
    void ratesOfTokensAreToldAndTheirEndToo() {
        door = door(new Allowance(0, 0, List.of(Cap.parse("key/minute=100tokens"), Cap.parse("tenant/day=150tokens"))));
        access.use(made.id(), NOON, new Amount(0, 40));
        access.use(ACME, NOON, new Amount(0, 40));
        assertThat(standing().tokens()).contains(rate("key/minute", 100, 60, false, 60));
        access.use(ACME, NOON, new Amount(0, 110));
        assertThat(standing().tokens()).contains(rate("tenant/day", 150, 0, true, 12 * 3_600));
        access.use(made.id(), NOON, new Amount(0, 100));
        assertThat(standing().tokens().orElseThrow().name())
                .as("the one that lasts longer")
                .isEqualTo("tenant/day");
        clock.advance(Duration.ofHours(12));
        assertThat(standing().tokens()).contains(rate("key/minute", 100, 100, false, 60));
    }

    @Test
    void aNarrowerCapCountsInPlaceOfTheWiderOne() {
        door = door(new Allowance(0, 0, List.of(Cap.parse("user/day=10tokens"))));
        access.use(ADA, NOON, new Amount(0, 10));
        assertThat(standing().tokens().orElseThrow().exceeded()).isTrue();
        access.accounts.allow(ADA, new Allowance(null, null, List.of(Cap.parse("user/day=20tokens"))));
        assertThat(standing().tokens()).contains(rate("user/day", 20, 10, false, 12 * 3_600));
        assertThat(((Entry.Admitted) enter(made.text())).principal().caps())
                .containsExactly(Cap.parse("user/day=20tokens"));
    }

    @Test
    void capsThatAreNotRatesWarnOnly() {
        door = door(new Allowance(
                0,
                0,
                List.of(
                        Cap.parse("key/day=1usd"),
                        Cap.parse("tenant/month=1usd"),
                        Cap.parse("tenant/month=1000tokens"),
                        Cap.parse("run=1usd"))));
        access.use(made.id(), NOON, new Amount(835_000, 1));
        assertThat(standing().warnings()).containsExactly("key/day 83%");
        access.use(ACME, NOON, new Amount(2_000_000, 1));
        assertThat(standing().warnings()).containsExactly("key/day 83%", "tenant/month usd 200%");
        assertThat(standing().tokens()).isEmpty();
    }

    @Test
    void aWriteThatFailsLocksNobodyOut() {
        access.writesDown = true;
        for (int i = 0; i < 5; i++) {
            Standing standing = standing();
            assertThat(standing.requests()).isEmpty();
            assertThat(standing.uncounted()).isInstanceOf(StoreUnavailableException.class);
        }
    }

    @Test
    void aTableThatIsDownRefusesByItself() {
        access.down = true;
        assertThatExceptionOfType(StoreUnavailableException.class).isThrownBy(() -> enter(made.text()));
        assertThatExceptionOfType(StoreUnavailableException.class)
                .isThrownBy(() -> door.enter(bearer(made.text()), HERE));
    }

    @Test
    @DisplayName("Row 8: a revoked key is refused at once, by an instance that has let it in before, too")
    void aRevokedKeyIsRefusedAtOnce() {
        assertThat(enter(made.text())).isInstanceOf(Entry.Admitted.class);
        access.keys.disable(made.id(), clock.instant());
        assertThat(enter(made.text())).isInstanceOf(Entry.Wrong.class);
        assertThat(door.enter(bearer(made.text()), HERE)).isInstanceOf(Entry.Wrong.class);
    }

    @Test
    void aKeyExpires() {
        access.keys.change(made.id(), terms(NOON.plusSeconds(60)));
        clock.advance(Duration.ofSeconds(59));
        assertThat(enter(made.text())).isInstanceOf(Entry.Admitted.class);
        clock.advance(Duration.ofSeconds(1));
        assertThat(enter(made.text())).isInstanceOf(Entry.Wrong.class);
    }

    private static KeyTerms terms(Instant expiresAt) {
        return new KeyTerms("first", KeyScope.all(), KeyTerms.ANY, KeyTerms.ANY, Allowance.NONE, expiresAt, null);
    }

    @Test
    void aRotatedKeysOldSecretIsGoodForAsLongAsWasSaid() {
        ApiKeys.NewKey renewed = MAKER.renew(made.id());
        access.keys.rotate(made.id(), ApiKeys.hash(renewed.text()), NOON.plusSeconds(10));
        assertThat(enter(renewed.text())).isInstanceOf(Entry.Admitted.class);
        assertThat(enter(made.text())).isInstanceOf(Entry.Admitted.class);
        clock.advance(Duration.ofSeconds(10));
        assertThat(enter(made.text())).isInstanceOf(Entry.Wrong.class);
        assertThat(enter(renewed.text())).isInstanceOf(Entry.Admitted.class);
    }

    @Test
    @DisplayName("Row 8: unknown, forged, disabled and expired keys cost the same calls, and count against nobody")
    void whateverIsWrongWithAKeyTheCallsAreTheSame() {
        ApiKeys.NewKey disabled = MAKER.create();
        add(disabled, KeyTerms.unrestricted(""), NOON);
        ApiKeys.NewKey expired = MAKER.create();
        add(expired, terms(NOON), null);
        List<String> wrong =
                List.of(MAKER.create().text(), MAKER.renew(made.id()).text(), disabled.text(), expired.text());
        for (int i = 0; i < wrong.size(); i++) {
            String key = wrong.get(i);
            String from = "192.0.2." + (10 + i);
            assertThat(callsOf(() -> door.enterToRun(bearer(key), from)))
                    .containsExactly("count key", "count attempt", "audit");
            assertThat(callsOf(() -> door.enter(bearer(key), from)))
                    .containsExactly("find key", "count attempt", "audit");
        }
        assertThat(access.keys.stored).hasSize(3);
        assertThat(access.keys.find(made.id(), NOON).orElseThrow().requests()).isZero();
    }

    @Test
    @DisplayName("Row 8: what is no key is never looked up")
    void whatIsNoKeyIsNeverLookedUp() {
        assertThat(callsOf(() -> assertThat(door.enter(Credential.of("Bearer x\ny", null), HERE))
                        .isInstanceOf(Entry.Wrong.class)))
                .containsExactly("count attempt", "audit");
        assertThat(callsOf(() ->
                        assertThat(door.enter(Credential.of(null, null), HERE)).isInstanceOf(Entry.NoCredential.class)))
                .isEmpty();
        assertThat(callsOf(() -> assertThat(door.enter(Credential.of("Bearer a", "b"), HERE))
                        .isInstanceOf(Entry.SeveralCredentials.class)))
                .isEmpty();
    }

    @Test
    void whoFailsTooOftenIsNotLookedAtForTheRestOfTheMinute() {
        clock.advance(Duration.ofSeconds(20));
        for (int i = 0; i < MOST_ATTEMPTS; i++) {
            assertThat(enter(MAKER.create().text())).isInstanceOf(Entry.Wrong.class);
        }
        String key = made.text();
        assertThat(callsOf(() -> assertThat(enter(key)).isEqualTo(new Entry.Blocked(Duration.ofSeconds(40)))))
                .isEmpty();
        assertThat(callsOf(() -> door.enter(Credential.of("x", null), HERE))).isEmpty();
        assertThat(door.enterToRun(bearer(key), "192.0.2.2")).isInstanceOf(Entry.Admitted.class);
        clock.advance(Duration.ofSeconds(40));
        assertThat(enter(key)).isInstanceOf(Entry.Admitted.class);
    }

    @Test
    void whoSharesAnAddressWithOneWhoFailsIsNotLockedOut() {
        enter(made.text());
        for (int i = 0; i < MOST_ATTEMPTS; i++) {
            enter("tp_x");
        }
        assertThat(enter("tp_x")).isInstanceOf(Entry.Blocked.class);
        assertThat(enter(made.text())).isInstanceOf(Entry.Admitted.class);
    }

    @Test
    void instancesCountFailuresTogether() {
        FrontDoor other = door(Allowance.NONE);
        for (int i = 0; i < MOST_ATTEMPTS - 1; i++) {
            enter("tp_x");
        }
        assertThat(other.enter(bearer("tp_x"), HERE)).isInstanceOf(Entry.Wrong.class);
        assertThat(other.enter(bearer("tp_x"), HERE)).isInstanceOf(Entry.Blocked.class);
    }

    @Test
    void addressesOfOneNetworkOfTheSixthVersionAreOne() {
        for (int i = 0; i < MOST_ATTEMPTS; i++) {
            door.enter(bearer("tp_x"), "2001:db8:1:2::" + i);
        }
        assertThat(door.enter(bearer("tp_x"), "2001:db8:1:2:ffff::1")).isInstanceOf(Entry.Blocked.class);
        assertThat(door.enter(bearer("tp_x"), "2001:db8:1:3::1")).isInstanceOf(Entry.Wrong.class);
    }

    @Test
    void failuresAreAuditedOnceForEachKeyOrAddressInAMinute() {
        enter(MAKER.renew(made.id()).text());
        enter(MAKER.renew(made.id()).text());
        door.enter(Credential.of("nonsense", null), "192.0.2.9");
        door.enter(Credential.of("nonsense", null), "192.0.2.9");
        assertThat(access.audit.events).extracting(Event::tenant).containsExactly("acme", "");
        assertThat(access.audit.events.getFirst().details())
                .containsEntry("reason", "wrong_secret")
                .containsEntry("key", made.id());
        assertThat(access.audit.events.getLast().address()).isEqualTo("192.0.2.9");
    }

    @Test
    void whoIsRefusedIsRefusedThoughItCanNotBeNoted() {
        access.down = true;
        Entry entry = door.enter(Credential.of("nonsense", null), HERE);
        assertThat(entry)
                .isInstanceOfSatisfying(
                        Entry.Wrong.class,
                        wrong -> assertThat(wrong.unnoted()).isInstanceOf(StoreUnavailableException.class));
    }

    @Test
    void theAdminKeyIsComparedAsAWholeAndReadEachTime() {
        var attempts = new FailedAttempts(access.attempts, access.audit, 0, clock);
        var present = new String[] {"the-admin-key"};
        var admin = new AdminDoor(() -> present[0], attempts);
        assertThat(admin.refusal(bearer("the-admin-key"), HERE)).isEmpty();
        for (String wrong : List.of("the-admin-ke", "the-admin-key2", "THE-ADMIN-KEY", made.text())) {
            assertThat(admin.refusal(bearer(wrong), HERE)).containsInstanceOf(Entry.Wrong.class);
        }
        assertThat(admin.refusal(Credential.of(null, null), HERE)).contains(new Entry.NoCredential());
        present[0] = "another";
        assertThat(admin.refusal(bearer("the-admin-key"), HERE)).isPresent();
        present[0] = " ";
        assertThat(admin.refusal(bearer(" "), HERE)).isPresent();
        assertThat(enter("the-admin-key")).isInstanceOf(Entry.Wrong.class);
    }

    @Test
    void wrongAdminKeysAreFailedAttempts() {
        var attempts = new FailedAttempts(access.attempts, access.audit, MOST_ATTEMPTS, clock);
        var admin = new AdminDoor(() -> "the-admin-key", attempts);
        for (int i = 0; i < MOST_ATTEMPTS; i++) {
            assertThat(admin.refusal(bearer("guess" + i), HERE)).containsInstanceOf(Entry.Wrong.class);
        }
        assertThat(admin.refusal(bearer("guess"), HERE)).containsInstanceOf(Entry.Blocked.class);
        assertThat(admin.refusal(bearer("guess"), "192.0.2.2")).containsInstanceOf(Entry.Wrong.class);
        // Whoever fills an address with failures does not keep the admin out.
        assertThat(admin.refusal(bearer("the-admin-key"), HERE)).isEmpty();
    }
}
