package dev.turnpike.access;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Keeps API keys by their public ids, with the hashes of their texts; the texts are stored nowhere.
public interface KeyStore {
    /// Read so that a key disabled a moment ago is seen as disabled.
    ///
    /// @param now for what it has used
    Optional<Seen> find(String id, Instant now);

    /// The same, and counts a request in this minute if the key has that hash: one write, and none where it has not or
    /// there is no such key. Whether the key is good is for the caller to tell.
    Optional<Seen> count(String id, String sha256, Instant now);

    /// @return false when that id exists
    boolean create(StoredKey key);

    /// Changes what the key is for, and nothing else of it.
    ///
    /// @return false when there is no such key
    boolean change(String id, KeyTerms terms);

    /// Gives the key another secret.
    ///
    /// @param previousUntil until when the present one is good as well
    /// @return false when there is no such key, or it is disabled
    boolean rotate(String id, String sha256, Instant previousUntil);

    /// It stays so, and was disabled when it was first.
    ///
    /// @return false when there is no such key
    boolean disable(String id, Instant at);

    /// In the order of their ids.
    ///
    /// @param tenant null for all
    /// @param after the id before the first; null for the beginning
    List<StoredKey> list(@Nullable String tenant, @Nullable String after, int most);

    /// A key as it is now.
    ///
    /// @param requests counted in this minute
    record Seen(StoredKey key, Balance used, long requests) {}

    /// How answers to requests of a key are cached that say nothing of it.
    ///
    /// @param anyway even those that are left to chance
    record Caching(Duration timeToLive, boolean anyway) {}

    /// @param sha256 of the text
    /// @param previous of the one before; null where there was none
    /// @param previousUntil before that moment the previous one is good as well
    record Secret(
            String sha256,
            @Nullable String previous,
            @Nullable Instant previousUntil) {
        public static Secret of(String sha256) {
            return new Secret(sha256, null, null);
        }

        boolean is(String hash, Instant now) {
            boolean current = ApiKeys.sameHash(sha256, hash);
            boolean before = previous != null && ApiKeys.sameHash(previous, hash);
            return current || (before && previousUntil != null && now.isBefore(previousUntil));
        }
    }

    /// @param id the public part of the key
    /// @param owner never changes
    /// @param disabledAt from then on it is refused; null while it is good
    record StoredKey(
            String id,
            Owner owner,
            Secret secret,
            Instant createdAt,
            @Nullable Instant disabledAt,
            KeyTerms terms) {
        boolean disabled(Instant now) {
            return disabledAt != null && !now.isBefore(disabledAt);
        }

        boolean expired(Instant now) {
            Instant end = terms.expiresAt();
            return end != null && !now.isBefore(end);
        }
    }
}
