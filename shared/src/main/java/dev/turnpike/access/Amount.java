package dev.turnpike.access;

/// Money and tokens together.
///
/// @param micros micro-USD
public record Amount(long micros, long tokens) {
    public static final Amount NONE = new Amount(0, 0);

    /// Micro-USD or tokens.
    public long in(Cap.Unit unit) {
        return unit == Cap.Unit.USD ? micros : tokens;
    }

    public Amount plus(Amount other) {
        return new Amount(micros + other.micros, tokens + other.tokens);
    }

    /// The difference, and never less than nothing.
    public Amount less(Amount other) {
        return new Amount(Math.max(0, micros - other.micros), Math.max(0, tokens - other.tokens));
    }
}
