package dev.turnpike.model;

import dev.turnpike.tokens.Usage;

/// What a provider says a call has used.
///
/// @param usage made possible where the report is not: see [Usage]
/// @param sensible whether that was not needed
record ReportedUsage(Usage usage, boolean sensible) {}
