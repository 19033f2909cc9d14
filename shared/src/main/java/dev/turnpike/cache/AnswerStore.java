package dev.turnpike.cache;

import java.time.Instant;

/// Keeps answers by what was asked. Whoever is about to ask claims the place first, so that others can wait.
public interface AnswerStore {
    /// @param tenant nobody else's requests are given the answer
    /// @param hash of all that the model is sent
    record Question(String tenant, String hash) {}

    /// What lies at a place.
    sealed interface Place {
        /// Nothing, or what lay there is over.
        record Free() implements Place {}

        /// Somebody asks the model. If they die, the place is free again at that time.
        record Claimed(String holder, Instant until) implements Place {}

        record Answered(String answer) implements Place {}
    }

    Place look(Question asked, Instant now);

    /// Claims the place, if it is free.
    ///
    /// @param holder names this call among all others
    /// @return what lies there now: a claim of this holder, or what was there before
    Place claim(Question asked, String holder, Instant until, Instant now);

    /// Leaves the place to its holder for longer.
    ///
    /// @return false when the claim is lost
    boolean prolong(Question asked, String holder, Instant until);

    /// Puts the answer in place of the claim.
    ///
    /// @return false when the claim is lost, or the answer is too long to be kept
    boolean keep(Question asked, String holder, String answer, Instant expiresAt);

    /// Gives a claim up; nothing happens when it is lost.
    void release(Question asked, String holder);
}
