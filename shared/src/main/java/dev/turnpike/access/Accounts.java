package dev.turnpike.access;

import java.time.Instant;

/// What users and tenants may use and have used.
public interface Accounts {
    /// By consistent reads, together.
    ///
    /// @param owner of a key
    Both find(Owner owner, Instant now);

    /// Counts a request of this minute for a user or, without one, for a tenant.
    ///
    /// @return how many there are with this one
    long count(Owner owner, Instant now);

    /// What a user or, without one, a tenant may use from now on.
    void allow(Owner owner, Allowance allowance);

    /// One of them, as it is now.
    record Account(Allowance allowance, Balance used) {
        public static final Account NEW = new Account(Allowance.NONE, Balance.ZERO);
    }

    /// @param user [Account#NEW] where there is none
    record Both(Account user, Account tenant) {
        public static final Both NEW = new Both(Account.NEW, Account.NEW);
    }
}
