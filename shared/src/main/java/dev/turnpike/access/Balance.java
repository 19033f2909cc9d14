package dev.turnpike.access;

import java.util.Map;

/// What an account has used in the periods that an instant belongs to, with what is held for calls that are being made.
public record Balance(Map<Cap.Period, Amount> used) {
    public static final Balance ZERO = new Balance(Map.of());

    /// Micro-USD or tokens that a cap leaves; less than nothing where it was lowered since.
    public long left(Cap cap) {
        return cap.amount() - used(cap);
    }

    public long used(Cap cap) {
        return in(cap.period()).in(cap.unit());
    }

    public Amount in(Cap.Period period) {
        return used.getOrDefault(period, Amount.NONE);
    }
}
