package dev.turnpike.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.KeyStore.StoredKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AuthenticatorTest {
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
    private static final String GOOD = new ApiKeys("dev").create().text();

    private final Keys keys = new Keys();
    private String adminKey = "the-admin-key";
    private Instant now = NOW;
    private final Authenticator authenticator = new Authenticator(keys, () -> adminKey, () -> now);

    @Test
    void aStoredKeyTellsItsTenant() {
        keys.create(ApiKeys.hash(GOOD), key(null));
        assertThat(authenticator.authenticate("Bearer " + GOOD))
                .contains(new Principal("acme", "key1", "", List.of(), null));
    }

    @Test
    void theSchemeIsReadInAnyCaseAndSpacesAroundTheKeyDoNotCount() {
        keys.create(ApiKeys.hash(GOOD), key(null));
        assertThat(authenticator.authenticate("bearer  " + GOOD + " ")).isPresent();
        assertThat(authenticator.authenticate("BEARER " + GOOD)).isPresent();
    }

    @Test
    void aWellFormedKeyThatIsNotStoredIsNobodys() {
        assertThat(authenticator.authenticate("Bearer " + GOOD)).isEmpty();
        assertThat(keys.asked).containsExactly(ApiKeys.hash(GOOD));
    }

    @Test
    @DisplayName("Row 8: a disabled key is refused from that moment on")
    void aDisabledKeyIsRefusedFromThatMomentOn() {
        keys.create(ApiKeys.hash(GOOD), key(NOW));
        now = NOW.minusMillis(1);
        assertThat(authenticator.authenticate("Bearer " + GOOD)).isPresent();
        now = NOW;
        assertThat(authenticator.authenticate("Bearer " + GOOD)).isEmpty();
    }

    static List<@Nullable String> malformed() {
        List<@Nullable String> headers = new ArrayList<>(List.of(
                "",
                " ",
                "Bearer",
                "Bearer ",
                GOOD,
                "Basic " + GOOD,
                "Bearer: " + GOOD,
                "Bearer sk-proj-" + "x".repeat(40),
                "Bearer ' OR 1=1 --",
                "Bearer " + GOOD.substring(0, 40) + "\n" + GOOD.substring(40),
                "Bearer " + GOOD + "\r\nx-admin: true",
                "Bearer " + GOOD + ", Bearer " + GOOD,
                "Bearer " + "tp_dev_".repeat(1_500)));
        headers.add(null);
        return headers;
    }

    @ParameterizedTest(name = "{index}")
    @DisplayName("Row 8: what is not a key is never looked up")
    @MethodSource("malformed")
    void whatIsNotAKeyIsNeverLookedUp(@Nullable String header) {
        assertThat(authenticator.authenticate(header)).isEmpty();
        assertThat(keys.asked).isEmpty();
    }

    @Test
    void onlyHashesAreLookedUp() {
        authenticator.authenticate("Bearer " + GOOD);
        assertThat(keys.asked).allSatisfy(asked -> assertThat(asked).matches("[0-9a-f]{64}"));
    }

    @Test
    void theAdminKeyIsComparedAsAWhole() {
        assertThat(authenticator.isAdmin("Bearer the-admin-key")).isTrue();
        assertThat(authenticator.isAdmin("Bearer the-admin-ke")).isFalse();
        assertThat(authenticator.isAdmin("Bearer the-admin-key2")).isFalse();
        assertThat(authenticator.isAdmin("Bearer THE-ADMIN-KEY")).isFalse();
        assertThat(authenticator.isAdmin("the-admin-key")).isFalse();
        assertThat(authenticator.isAdmin(null)).isFalse();
        assertThat(keys.asked).isEmpty();
    }

    @Test
    void aRotatedAdminKeyCountsAtOnce() {
        adminKey = "another";
        assertThat(authenticator.isAdmin("Bearer the-admin-key")).isFalse();
        assertThat(authenticator.isAdmin("Bearer another")).isTrue();
    }

    @Test
    void anEmptyAdminKeyAdmitsNobody() {
        adminKey = " ";
        assertThat(authenticator.isAdmin("Bearer  ")).isFalse();
        assertThat(authenticator.isAdmin("Bearer ")).isFalse();
        adminKey = "";
        assertThat(authenticator.isAdmin("Bearer ")).isFalse();
    }

    @Test
    void anApiKeyIsNoAdminKeyAndTheAdminKeyIsNoApiKey() {
        keys.create(ApiKeys.hash(GOOD), key(null));
        assertThat(authenticator.isAdmin("Bearer " + GOOD)).isFalse();
        assertThat(authenticator.authenticate("Bearer the-admin-key")).isEmpty();
    }

    private static StoredKey key(@Nullable Instant disabledAt) {
        return new StoredKey("key1", "acme", "a name", NOW.minusSeconds(60), disabledAt, null);
    }

    /// Remembers what it was asked for.
    private static final class Keys implements KeyStore {
        private final Map<String, StoredKey> stored = new HashMap<>();
        private final List<String> asked = new ArrayList<>();

        @Override
        public Optional<StoredKey> find(String sha256) {
            asked.add(sha256);
            return Optional.ofNullable(stored.get(sha256));
        }

        @Override
        public boolean create(String sha256, StoredKey key) {
            return stored.putIfAbsent(sha256, key) == null;
        }
    }
}
