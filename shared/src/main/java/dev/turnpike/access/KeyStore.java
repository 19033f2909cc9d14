package dev.turnpike.access;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Keeps API keys by their hash; the key itself is stored nowhere.
public interface KeyStore {
    /// Read so that a key disabled a moment ago is seen as disabled.
    Optional<StoredKey> find(String sha256);

    /// @return false when that hash exists
    boolean create(String sha256, StoredKey key);

    /// How answers to requests of a key are cached that say nothing of it.
    ///
    /// @param anyway even those that are left to chance
    record Caching(Duration timeToLive, boolean anyway) {}

    /// @param id the public part of the key
    /// @param disabledAt from then on it is refused; null while it is good
    /// @param caching null for none
    record StoredKey(
            String id,
            String tenant,
            String name,
            Instant createdAt,
            @Nullable Instant disabledAt,
            @Nullable Caching caching) {}
}
