package dev.turnpike.aws;

import dev.turnpike.run.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A secret of Secrets Manager, read when it is first needed and again every few minutes, so that a rotated one is
/// used.
public final class StoredSecret implements Supplier<String> {
    private static final Duration FRESH = Duration.ofMinutes(5);
    private static final Duration RETRY = Duration.ofMinutes(1);

    private final Supplier<SecretsManagerClient> secrets;
    private final String arn;
    private final JsonMapper mapper;
    private final InstantSource clock;
    private volatile @Nullable Known known;

    public StoredSecret(Supplier<SecretsManagerClient> secrets, String arn, JsonMapper mapper, InstantSource clock) {
        this.secrets = secrets;
        this.arn = arn;
        this.mapper = mapper;
        this.clock = clock;
    }

    private record Known(String value, Instant until) {}

    /// Plain text, or the `api_key` of a JSON object.
    @Override
    public String get() {
        Known now = known;
        return (now != null && fresh(now) ? now : refreshed()).value();
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
            return new Known(old.value(), clock.instant().plus(RETRY));
        }
    }

    /// Must be called before a snapshot: a secret does not belong into one.
    public void forget() {
        known = null;
    }

    private String read() {
        try {
            String text = secrets.get()
                    .getSecretValue(request -> request.secretId(arn))
                    .secretString()
                    .strip();
            if (!text.startsWith("{")) {
                return text;
            }
            JsonNode key = mapper.readTree(text).path("api_key");
            return key.asString("");
        } catch (SdkException failure) {
            throw new StoreUnavailableException("a secret could not be read", failure);
        }
    }
}
