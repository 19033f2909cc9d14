package dev.turnpike.budget;

import dev.turnpike.run.RunKey;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Keeps the places of unfinished runs in the accounts that have a limited number of them.
///
/// Nobody gives a place back when its run ends, in whichever of many ways: whoever finds all of them taken looks which
/// runs have ended.
public interface RunPlaces {
    /// Takes a place, by one conditional write.
    ///
    /// @return empty when it is taken; otherwise the runs that have all of them
    Optional<List<RunKey>> take(Account account, RunKey run, int most);

    /// Gives places back; those of others stay.
    void free(Account account, Collection<RunKey> runs);
}
