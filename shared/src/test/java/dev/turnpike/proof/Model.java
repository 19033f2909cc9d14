package dev.turnpike.proof;

import java.util.List;
import java.util.Optional;

/// A system as its states and the moves between them.
///
/// @param <S> a state; equal states are one
interface Model<S> {
    S start();

    List<Move<S>> moves(S state);

    /// The promise that this state breaks.
    Optional<String> broken(S state);

    boolean ended(S state);

    /// @param what for the person who reads a trace
    /// @param fault may happen, but nobody may count on it
    record Move<S>(String what, S to, boolean fault) {}
}
