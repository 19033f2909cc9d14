package dev.turnpike.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.aws.StoredSecret;
import dev.turnpike.fake.SettableClock;
import dev.turnpike.model.ProviderKey;
import dev.turnpike.responses.WireJson;
import dev.turnpike.run.StoreUnavailableException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

@Timeout(60)
class StoredSecretTest {
    private static final URI UNUSED = URI.create("http://127.0.0.1:1");

    private static SecretsEndpoint server;
    private static SecretsManagerClient client;

    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-01T12:00:00Z"));

    @BeforeAll
    static void start() throws IOException {
        server = SecretsEndpoint.start();
        client = new Cloud(UNUSED, UNUSED, server.endpoint(), Cloud.REGION, Cloud.ANY_KEY, Cloud.ANY_KEY)
                .secretsClient();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    private StoredSecret secret(String name) {
        return new StoredSecret(() -> client, name, WireJson.mapper(), clock);
    }

    private static void put(String name, String value) {
        client.putSecretValue(request -> request.secretId(name).secretString(value));
    }

    @Test
    @DisplayName("Row 45: a secret that is missing fails whoever asks, and is found as soon as it is there")
    void aMissingSecretFailsUntilItIsThere() {
        StoredSecret secret = secret("late");
        assertThatThrownBy(secret::get).isInstanceOf(StoreUnavailableException.class);
        put("late", "sk-late");
        assertThat(secret.get()).isEqualTo("sk-late");
    }

    @Test
    void aRotatedSecretIsUsedWithinMinutes() {
        put("rotated", "{\"api_key\": \"one\"}");
        StoredSecret secret = secret("rotated");
        assertThat(secret.get()).isEqualTo("one");
        put("rotated", "two");
        assertThat(secret.get()).isEqualTo("one");
        clock.advance(Duration.ofMinutes(6));
        assertThat(secret.get()).isEqualTo("two");
    }

    @Test
    @DisplayName("Row 45: a key that is refused is looked for anew, once in a while")
    void aRefusedKeyIsLookedForAnew() {
        put("refused", "{\"api_key\": \"one\", \"groq\": \"two\"}");
        StoredSecret secret = secret("refused");
        ProviderKey key = secret.key("groq");
        assertThat(key.get()).isEqualTo("two");
        assertThat(key.renewed("two")).as("still the same").isFalse();

        put("refused", "{\"api_key\": \"one\", \"groq\": \"three\"}");
        assertThat(key.renewed("two")).as("asked for a moment ago").isFalse();
        clock.advance(Duration.ofSeconds(20));
        assertThat(key.renewed("two")).isTrue();
        assertThat(key.get()).isEqualTo("three");
        assertThat(key.renewed("two")).as("others have found it").isTrue();
        assertThat(secret.key().get()).isEqualTo("one");
        assertThat(secret.key("mistral").get()).isEmpty();
    }

    @Test
    void aForgottenSecretIsReadAgain() {
        put("forgotten", "one");
        StoredSecret secret = secret("forgotten");
        assertThat(secret.get()).isEqualTo("one");
        put("forgotten", "two");
        secret.forget();
        assertThat(secret.get()).isEqualTo("two");
    }
}
