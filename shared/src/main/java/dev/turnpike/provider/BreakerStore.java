package dev.turnpike.provider;

import java.time.Instant;

/// What all instances know of a model that fails. Kept only while there is something to know.
///
/// Whoever can't reach it goes on as if nothing were known.
public interface BreakerStore {
    /// @param failures in a row, since somebody has last seen it answer or for a minute
    /// @param restUntil nobody asks before then; [Instant#EPOCH] while it is asked as always
    /// @param probeUntil somebody is trying whether it answers again, and has that long; `EPOCH` for nobody
    record State(long failures, Instant restUntil, Instant probeUntil) {
        public static final State GOOD = new State(0, Instant.EPOCH, Instant.EPOCH);

        /// Whether it was left alone and has not been seen to answer since.
        boolean tripped() {
            return restUntil.isAfter(Instant.EPOCH);
        }
    }

    /// @param target as in [Target#id]
    State read(String target);

    /// One more failure.
    ///
    /// @param countedUntil how long it counts
    /// @return with it
    State failed(String target, Instant now, Instant countedUntil);

    /// Leaves it alone from now on, unless somebody has just said so.
    ///
    /// @param seen what the caller knows
    void rest(String target, State seen, Instant until);

    /// Takes it upon oneself to try whether it answers again.
    ///
    /// @param seen what the caller knows
    /// @return false when another was first
    boolean probe(String target, State seen, Instant now, Instant until);

    /// It answers: all is forgotten, unless it was given another rest since.
    ///
    /// @param seen what the caller knew when it asked
    void good(String target, State seen);
}
