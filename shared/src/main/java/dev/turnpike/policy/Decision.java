package dev.turnpike.policy;

import java.util.Locale;

/// What becomes of a call.
public enum Decision {
    /// It is made.
    ALLOW,
    /// A person must allow it first.
    ASK,
    /// It is not made.
    DENY;

    /// As it is written in rules and in the audit log.
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
