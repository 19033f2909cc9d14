package dev.turnpike.access;

import dev.turnpike.access.KeyStore.StoredKey;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Tells who calls by the `Authorization` header.
public final class Authenticator {
    private static final String BEARER = "bearer ";

    private final KeyStore keys;
    private final Supplier<String> adminKey;
    private final InstantSource clock;

    /// @param adminKey asked on each use, so that a rotated key counts at once
    public Authenticator(KeyStore keys, Supplier<String> adminKey, InstantSource clock) {
        this.keys = keys;
        this.adminKey = adminKey;
        this.clock = clock;
    }

    /// @return empty for whatever is not a good key: missing, malformed, unknown or disabled
    public Optional<Principal> authenticate(@Nullable String authorization) {
        return keyHash(authorization)
                .flatMap(keys::find)
                .filter(this::enabled)
                .map(key -> new Principal(key.tenant(), key.id(), "", List.of(), key.caching()));
    }

    /// Whether the header carries the deployment's admin key. An empty admin key admits nobody.
    public boolean isAdmin(@Nullable String authorization) {
        String expected = adminKey.get();
        return !expected.isBlank()
                && bearer(authorization)
                        .filter(key -> MessageDigest.isEqual(ApiKeys.sha256(key), ApiKeys.sha256(expected)))
                        .isPresent();
    }

    private boolean enabled(StoredKey key) {
        return key.disabledAt() == null || clock.instant().isBefore(key.disabledAt());
    }

    /// What a key is looked up by; empty for whatever does not have a key's form.
    static Optional<String> keyHash(@Nullable String authorization) {
        return bearer(authorization).filter(ApiKeys::wellFormed).map(ApiKeys::hash);
    }

    private static Optional<String> bearer(@Nullable String authorization) {
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? Optional.of(authorization.substring(BEARER.length()).strip())
                : Optional.empty();
    }
}
