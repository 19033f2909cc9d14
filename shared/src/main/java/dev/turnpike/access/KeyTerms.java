package dev.turnpike.access;

import dev.turnpike.access.KeyStore.Caching;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a key is for; all of it can be changed.
///
/// @param name for people
/// @param models that its requests may name, of those that are allowed here
/// @param tools of ours that its runs may be offered, of those that runs are offered here
/// @param expiresAt from then on it is refused; null for never
/// @param caching of requests that say nothing of it; null for none
public record KeyTerms(
        String name,
        Set<KeyScope> scopes,
        NamePatterns models,
        NamePatterns tools,
        Allowance allowance,
        @Nullable Instant expiresAt,
        @Nullable Caching caching) {
    public static final NamePatterns ANY = NamePatterns.parse("*");

    public KeyTerms {
        scopes = Set.copyOf(scopes);
    }

    /// Of a key that may do everything.
    public static KeyTerms unrestricted(String name) {
        return new KeyTerms(name, KeyScope.all(), ANY, ANY, Allowance.NONE, null, null);
    }

    public KeyTerms with(Allowance other) {
        return new KeyTerms(name, scopes, models, tools, other, expiresAt, caching);
    }
}
