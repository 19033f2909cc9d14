package dev.turnpike.usage;

import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.run.RunKey;
import java.time.LocalDate;
import java.time.ZoneOffset;

/// A row of the ledger, with the conversation that it belongs to.
public record Charge(RunKey run, LedgerRow row) {
    public String tenant() {
        return run.tenant();
    }

    /// By UTC's clock.
    public LocalDate day() {
        return LocalDate.ofInstant(row.at(), ZoneOffset.UTC);
    }
}
