package dev.turnpike.access;

/// Who calls.
///
/// @param tenant whose conversations the caller sees; no other's
/// @param keyId the public part of the API key, fit for logs
public record Principal(String tenant, String keyId) {}
