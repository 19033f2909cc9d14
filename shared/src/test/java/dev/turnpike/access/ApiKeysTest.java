package dev.turnpike.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeysTest {
    private final ApiKeys keys = new ApiKeys("dev");

    @Test
    void aNewKeyHasTheFormAndShowsItsId() {
        ApiKeys.NewKey key = keys.create();
        assertThat(key.text()).matches("tp_dev_[a-z2-7]{12}_[a-z2-7]{52}_[a-f0-9]{8}");
        assertThat(key.text()).startsWith("tp_dev_" + key.id() + "_");
        assertThat(ApiKeys.wellFormed(key.text())).isTrue();
    }

    @Test
    void noTwoKeysAreTheSame() {
        Set<String> made = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            ApiKeys.NewKey key = keys.create();
            assertThat(made.add(key.text()) && made.add(key.id())).isTrue();
        }
    }

    @Test
    void aKeyOfAnotherEnvironmentIsWellFormed() {
        assertThat(ApiKeys.wellFormed(new ApiKeys("prod2").create().text())).isTrue();
    }

    @Test
    void everySingleMistypedCharacterIsNoticed() {
        String good = keys.create().text();
        for (int i = 0; i < good.length(); i++) {
            char other = good.charAt(i) == 'a' ? 'b' : 'a';
            String mistyped = good.substring(0, i) + other + good.substring(i + 1);
            assertThat(ApiKeys.wellFormed(mistyped)).as(mistyped).isFalse();
        }
    }

    @Test
    void aKeyWithAnythingAroundItIsNotWellFormed() {
        String good = keys.create().text();
        assertThat(ApiKeys.wellFormed(good + "\n")).isFalse();
        assertThat(ApiKeys.wellFormed(" " + good)).isFalse();
        assertThat(ApiKeys.wellFormed(good.toUpperCase(Locale.ROOT))).isFalse();
        assertThat(ApiKeys.wellFormed(good.substring(1))).isFalse();
        assertThat(ApiKeys.wellFormed(good + good)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tp_", "sk-proj-abc", "' OR '1'='1", "tp_dev_\u0000", "𝓉𝓅_dev"})
    void otherTextIsNot(String text) {
        assertThat(ApiKeys.wellFormed(text)).isFalse();
    }

    @Test
    void theHashIsSha256InHex() {
        assertThat(ApiKeys.hash("abc")).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
