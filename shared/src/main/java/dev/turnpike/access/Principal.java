package dev.turnpike.access;

import dev.turnpike.access.Cap.Scope;
import dev.turnpike.access.KeyStore.Caching;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Who calls.
///
/// @param tenant whose conversations the caller sees; no other's
/// @param keyId the public part of the API key, fit for logs
/// @param user whose key it is; empty for nobody in particular
/// @param caps on what its runs may use; of the key alone, where it makes none
/// @param concurrentRuns that may be unfinished at once, by whose they are; 0 for any number
/// @param terms of its key
public record Principal(
        String tenant, String keyId, String user, List<Cap> caps, Map<Scope, Integer> concurrentRuns, KeyTerms terms) {
    /// Who is charged.
    public Payer payer() {
        return new Payer(keyId, user);
    }

    /// Of requests that say nothing of it; null for none.
    public @Nullable Caching caching() {
        return terms.caching();
    }

    public boolean may(KeyScope scope) {
        return terms.scopes().contains(scope);
    }
}
