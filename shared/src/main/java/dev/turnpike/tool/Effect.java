package dev.turnpike.tool;

/// What running a tool a second time does; it decides how the engine treats a crash.
public enum Effect {
    /// Changes nothing: run again freely.
    READ_ONLY,
    /// May run again with the same idempotency key and still has its effect once.
    REPEATABLE,
    /// Must not start twice. After a crash its outcome is unknown and a person decides. The default for whatever does
    /// not say.
    ONCE
}
