package dev.turnpike.usage;

import dev.turnpike.ledger.LedgerRow;

/// What rows of the ledger have in common that are added up into one.
///
/// @param key the public part of the API key that paid; empty where nobody was noted
/// @param user whose key it is; empty for nobody in particular
/// @param serviceTier of the provider's; empty for the usual one
public record Tag(String key, String user, String model, String serviceTier) {
    public static Tag of(LedgerRow row) {
        return new Tag(row.payer().key(), row.payer().user(), row.model(), row.serviceTier());
    }
}
