package dev.turnpike.admission;

import dev.turnpike.access.Cap;
import dev.turnpike.access.Payer;
import java.util.List;

/// Who asks.
///
/// @param caps on what the run may use, beside the deployment's own
public record Applicant(String tenant, Payer payer, List<Cap> caps) {}
