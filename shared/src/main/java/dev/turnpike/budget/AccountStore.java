package dev.turnpike.budget;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Balance;
import dev.turnpike.access.Cap;
import java.util.List;
import java.util.Optional;

/// Keeps accounts. Each method is one conditional write of one account in the usual case, and safe to repeat.
public interface AccountStore {
    /// Holds an amount, unless a cap would be exceeded by what is used, what is held and this together. Caps that the
    /// account itself was given come before those that are handed over.
    Holding hold(Account account, Hold hold, List<Cap> caps);

    sealed interface Holding {
        record Held() implements Holding {}

        /// Nothing was held.
        ///
        /// @param caps those that are in force
        /// @param balance with all holds
        /// @param holds of others
        record Refused(Account account, List<Cap> caps, Balance balance, List<Hold> holds) implements Holding {}
    }

    /// Ends a hold: what was used takes its place.
    ///
    /// @return what the account has used by then, as far as it is settled; empty when the hold was ended before,
    ///     which changes nothing
    Optional<Settled> settle(Account account, Hold hold, Amount used);

    /// @param caps that the account itself was given
    /// @param balance without what is held
    record Settled(List<Cap> caps, Balance balance) {}

    /// The holds of an account that are not ended.
    List<Hold> holds(Account account);
}
