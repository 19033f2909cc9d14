package dev.turnpike.remote;

import java.time.Instant;
import java.util.Optional;

/// Keeps the last good listing of each server, one for all instances.
public interface ListingStore {
    /// @param json as it was saved
    record Kept(String json, Instant at) {}

    /// @param server names it, and the URL that it was listed at
    Optional<Kept> find(String server);

    /// Who may ask the server now. The others go on with what is kept.
    ///
    /// @param until when somebody else may, if nothing is saved before
    /// @return false when somebody else does already
    boolean claim(String server, Instant now, Instant until);

    void save(String server, Kept listing);
}
