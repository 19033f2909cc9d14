package dev.turnpike.responses;

import dev.turnpike.run.RunRequest.Compaction;
import java.util.List;
import java.util.Optional;

/// Reads `context_management`: when the older part of a conversation is to be summarised.
final class ContextManagement {
    /// A summary must be worth its call.
    private static final int LEAST_THRESHOLD_TOKENS = 1_000;

    private ContextManagement() {}

    /// @return empty when the request does not say
    static Optional<Compaction> read(Fields body) {
        if (!body.has("context_management")) {
            return Optional.empty();
        }
        List<Fields> rules = body.objects("context_management");
        body.atMost("context_management", rules.size(), 1);
        return Optional.of(rules.isEmpty() ? new Compaction.Never() : rule(rules.getFirst()));
    }

    private static Compaction rule(Fields rule) {
        rule.requiredText("type");
        rule.oneOf("type", List.of("compaction"));
        var threshold = rule.integer("compact_threshold", LEAST_THRESHOLD_TOKENS, Integer.MAX_VALUE);
        return threshold.isPresent() ? new Compaction.Above(threshold.getAsInt()) : new Compaction.NearlyFull();
    }
}
