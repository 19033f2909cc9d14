package dev.turnpike.ledger;

import org.jspecify.annotations.Nullable;

/// What a call cost.
///
/// @param micros integer micro-USD (1 USD = 1,000,000); null when the model has no price: unknown, never 0
/// @param priceVersion the version of the price list that was looked in
public record Cost(@Nullable Long micros, String priceVersion) {
    public static Cost unknown(String priceVersion) {
        return new Cost(null, priceVersion);
    }

    /// What sums count: 0 when it is unknown.
    public long counted() {
        return micros == null ? 0 : micros;
    }

    public boolean known() {
        return micros != null;
    }
}
