package dev.turnpike.model;

import java.util.function.Consumer;

/// Calls a model and streams its answer.
public interface ModelClient {
    /// Blocks until the answer is complete.
    ///
    /// @param deadline the call is aborted at it
    /// @param events called on this thread for every event, before the method returns
    /// @throws ModelException the call failed; it says whether another try can help and what had been used by then.
    ///     Also thrown when the stream ended without its end: a half answer is never returned as a whole one.
    ModelAnswer stream(ModelRequest request, Deadline deadline, Consumer<StreamEvent> events) throws ModelException;
}
