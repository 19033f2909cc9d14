package dev.turnpike.admission;

import dev.turnpike.access.Cap;
import dev.turnpike.access.Cap.Scope;
import dev.turnpike.access.Payer;
import java.util.List;
import java.util.Map;

/// Who asks.
///
/// @param caps on what the run may use, beside the deployment's own
/// @param concurrentRuns that a key, a user or a tenant may have; 0 for any number
public record Applicant(String tenant, Payer payer, List<Cap> caps, Map<Scope, Integer> concurrentRuns) {
    /// One whose runs are bounded by the deployment alone.
    public Applicant(String tenant, Payer payer, List<Cap> caps) {
        this(tenant, payer, caps, Map.of());
    }
}
