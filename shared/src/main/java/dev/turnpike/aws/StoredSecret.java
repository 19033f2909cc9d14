package dev.turnpike.aws;

import dev.turnpike.model.ProviderKey;
import dev.turnpike.run.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import tools.jackson.databind.json.JsonMapper;

/// A secret of Secrets Manager, read when it is first needed and again every few minutes, so that a rotated one is
/// used.
public final class StoredSecret implements Supplier<String> {
    private static final Duration FRESH = Duration.ofMinutes(5);

    /// A refused key is looked for anew no more often than this, however often it is refused.
    private static final Duration REFUSED = Duration.ofSeconds(15);
    private static final Duration RETRY = Duration.ofMinutes(1);

    private final Supplier<SecretsManagerClient> secrets;
    private final String arn;
    private final JsonMapper mapper;
    private final InstantSource clock;
    private volatile @Nullable Known known;
    private Instant lookAgainFrom = Instant.MIN;

    public StoredSecret(Supplier<SecretsManagerClient> secrets, String arn, JsonMapper mapper, InstantSource clock) {
        this.secrets = secrets;
        this.arn = arn;
        this.mapper = mapper;
        this.clock = clock;
    }

    private record Known(String text, Instant until) {}

    /// Plain text, or the `api_key` of a JSON object.
    @Override
    public String get() {
        String text = text();
        return text.startsWith("{") ? field(text, "api_key") : text;
    }

    /// The same as a key that is read again when it is refused.
    public ProviderKey key() {
        return new Key(this);
    }

    /// A field of the JSON object; blank where there is none.
    public ProviderKey key(String field) {
        return new Key(() -> {
            String text = text();
            return text.startsWith("{") ? field(text, field) : "";
        });
    }

    private final class Key implements ProviderKey {
        private final Supplier<String> value;

        Key(Supplier<String> value) {
            this.value = value;
        }

        @Override
        public String get() {
            return value.get();
        }

        @Override
        public boolean renewed(String refused) {
            if (get().strip().equals(refused)) {
                lookAgain();
            }
            return !get().strip().equals(refused);
        }
    }

    private String text() {
        Known now = known;
        return (now != null && fresh(now) ? now : refreshed()).text();
    }

    private synchronized void lookAgain() {
        Instant now = clock.instant();
        if (known != null && !now.isBefore(lookAgainFrom)) {
            lookAgainFrom = now.plus(REFUSED);
            known = new Known(known.text(), Instant.MIN);
        }
    }

    private String field(String text, String name) {
        return mapper.readTree(text).path(name).asString("");
    }

    private boolean fresh(Known candidate) {
        return !clock.instant().isAfter(candidate.until());
    }

    /// One reads, others wait for it.
    private synchronized Known refreshed() {
        Known now = known;
        if (now == null || !fresh(now)) {
            now = readAgain(now);
            known = now;
        }
        return now;
    }

    /// While the old value is at hand, a failure to read the new one is no reason to fail.
    private Known readAgain(@Nullable Known old) {
        try {
            return new Known(read(), clock.instant().plus(FRESH));
        } catch (StoreUnavailableException failure) {
            if (old == null) {
                throw failure;
            }
            return new Known(old.text(), clock.instant().plus(RETRY));
        }
    }

    /// Must be called before a snapshot: a secret does not belong into one.
    public void forget() {
        known = null;
    }

    private String read() {
        try {
            return secrets.get()
                    .getSecretValue(request -> request.secretId(arn))
                    .secretString()
                    .strip();
        } catch (SdkException failure) {
            throw new StoreUnavailableException("a secret could not be read", failure);
        }
    }
}
