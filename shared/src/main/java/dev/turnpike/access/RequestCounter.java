package dev.turnpike.access;

import java.time.Instant;

/// Counts requests for all instances together.
public interface RequestCounter {
    /// Adds one.
    ///
    /// @param keyHash of the API key
    /// @param window when the time began that is counted, a whole minute
    /// @return how many there are with this one
    long add(String keyHash, Instant window);
}
