package dev.turnpike.access;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a key, a user or a tenant may use. What it does not say is said by the next wider one: the user's, the
/// tenant's, the deployment's.
///
/// @param requestsPerMinute runs that may be asked for; 0 for any number, null for what the wider one says
/// @param concurrentRuns runs that may be unfinished at once; as above
/// @param caps at most one for each scope, period and unit
public record Allowance(
        @Nullable Integer requestsPerMinute, @Nullable Integer concurrentRuns, List<Cap> caps) {
    /// Says nothing.
    public static final Allowance NONE = new Allowance(null, null, List.of());

    public Allowance {
        caps = List.copyOf(caps);
    }

    /// These caps, and those of a wider allowance that they say nothing of.
    public static List<Cap> over(List<Cap> narrow, List<Cap> wide) {
        List<Cap> all = new ArrayList<>(narrow);
        for (Cap cap : wide) {
            if (narrow.stream().noneMatch(cap::sameAs)) {
                all.add(cap);
            }
        }
        return List.copyOf(all);
    }
}
