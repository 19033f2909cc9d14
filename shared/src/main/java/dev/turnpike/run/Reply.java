package dev.turnpike.run;

/// Where the answer of a run that came from the requests queue goes.
///
/// @param key the caller's `key`; empty when it gave none
/// @param envelope true for the `{"key","value"}` form, false for a response object
/// @param sent whether the results queue has it
public record Reply(String key, boolean envelope, boolean sent) {}
