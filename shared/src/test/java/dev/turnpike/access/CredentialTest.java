package dev.turnpike.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.Credential.ApiKey;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialTest {
    private static final ApiKeys.NewKey MADE = new ApiKeys("dev").create();
    private static final String GOOD = MADE.text();

    private static Optional<ApiKey> key(@Nullable String authorization, @Nullable String apiKey) {
        return Credential.of(authorization, apiKey) instanceof Credential.Shown shown
                ? shown.apiKey()
                : Optional.empty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer %s", "bearer  %s ", "BEARER %s", "\t Bearer \t%s\t"})
    void theSchemeIsReadInAnyCaseAndSpacesAroundTheKeyDoNotCount(String header) {
        assertThat(key(header.formatted(GOOD), null)).contains(new ApiKey(MADE.id(), ApiKeys.hash(GOOD)));
    }

    @Test
    void aKeyMayComeInTheHeaderOfOtherVendors() {
        assertThat(key(null, GOOD)).contains(new ApiKey(MADE.id(), ApiKeys.hash(GOOD)));
        assertThat(key("", " " + GOOD)).isPresent();
        assertThat(key("Bearer " + GOOD, "")).isPresent();
    }

    @Test
    @DisplayName("Row 8: two credentials are none")
    void twoCredentialsAreNone() {
        assertThat(Credential.of("Bearer " + GOOD, GOOD)).isInstanceOf(Credential.Several.class);
        assertThat(Credential.of("Bearer " + GOOD, "x")).isInstanceOf(Credential.Several.class);
        assertThat(Credential.of("Basic x", GOOD)).isInstanceOf(Credential.Several.class);
        assertThat(Credential.of("Bearer " + GOOD + ",Bearer " + GOOD, null)).isInstanceOf(Credential.Several.class);
        assertThat(Credential.of(null, GOOD + ", " + GOOD)).isInstanceOf(Credential.Several.class);
    }

    @Test
    void nothingIsToldFromNothingGood() {
        assertThat(Credential.of(null, null)).isInstanceOf(Credential.None.class);
        assertThat(Credential.of(" ", null)).isInstanceOf(Credential.Unreadable.class);
    }

    @ParameterizedTest
    @DisplayName("Row 8: newline, NUL, SQL, 10 KB and letters of other scripts are no key")
    @ValueSource(
            strings = {
                "Bearer",
                "Bearer ",
                "Basic %s",
                "Bearer: %s",
                "%s",
                "Bearer %s\n",
                "Bearer %s\r\nx-admin: true",
                "Bearer %s\u0000",
                "Bearer\u00a0%s",
                "Bearer %sé",
                "Bearer ' OR 1=1 --",
                "Bearer 𝓉𝓅_dev"
            })
    void whatCanBeNoKeyIsUnreadable(String header) {
        assertThat(Credential.of(header.formatted(GOOD), null)).isInstanceOf(Credential.Unreadable.class);
        assertThat(Credential.of("Bearer " + "tp_dev_".repeat(1_500), null)).isInstanceOf(Credential.Unreadable.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer sk-proj-abc", "Bearer tp_dev_abc", "Bearer the-admin-key"})
    void whatIsOtherwiseFormedIsNoApiKey(String header) {
        assertThat(Credential.of(header, null)).isInstanceOf(Credential.Shown.class);
        assertThat(key(header, null)).isEmpty();
    }

    @Test
    void itsTextIsToldToNobody() {
        assertThat(Credential.of("Bearer " + GOOD, null).toString())
                .doesNotContain(GOOD)
                .doesNotContain(MADE.id());
    }
}
