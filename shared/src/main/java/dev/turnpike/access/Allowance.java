package dev.turnpike.access;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a key, a user or a tenant may use. What it does not say is said by the next wider one: the user's, the
/// tenant's, the deployment's.
///
/// @param requestsPerMinute runs that all may ask for together that it is for; 0 for any number. Where a key says null,
/// the deployment says how many; where a user or a tenant does, it is any number
/// @param concurrentRuns runs that may be unfinished at once; 0 for any number, null for what the wider one says
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
