package dev.turnpike.provider;

import dev.turnpike.model.ModelClient;

/// What is done around a model call: trying again, giving up early, taking another model.
///
/// A policy turns a client into a client, so that policies nest like sleeves and neither side of one knows of it:
/// `fallback.around(retry.around(breaker.around(client)))`.
@FunctionalInterface
public interface CallPolicy {
    /// The same client under this policy.
    ModelClient around(ModelClient client);
}
