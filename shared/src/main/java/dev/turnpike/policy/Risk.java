package dev.turnpike.policy;

import dev.turnpike.tool.Effect;
import java.util.Locale;

/// The worst that a call may do, from the least to the most.
public enum Risk {
    READ_ONLY,
    /// Changes something that can be changed back.
    WRITE,
    /// Speaks to others.
    NETWORK,
    /// Takes away what may be gone for good, or gets in the way of whatever else runs.
    DESTRUCTIVE;

    static Risk of(Effect effect) {
        return switch (effect) {
            case READ_ONLY -> READ_ONLY;
            case REPEATABLE, ONCE -> WRITE;
        };
    }

    Risk or(Risk other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /// As it is written in rules and in answers.
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
