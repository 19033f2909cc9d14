package dev.turnpike.access;

import java.time.Instant;

/// Counts failed attempts for all instances together.
public interface AttemptCounter {
    /// Adds one.
    ///
    /// @param address where it came from
    /// @param minute the whole minute it came in
    /// @return how many there are with this one
    long add(String address, Instant minute);
}
