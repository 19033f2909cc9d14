package dev.turnpike.access;

import dev.turnpike.access.KeyStore.Caching;
import org.jspecify.annotations.Nullable;

/// Who calls.
///
/// @param tenant whose conversations the caller sees; no other's
/// @param keyId the public part of the API key, fit for logs
/// @param caching of requests that say nothing of it; null for none
public record Principal(
        String tenant, String keyId, @Nullable Caching caching) {}
