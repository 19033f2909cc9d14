package dev.turnpike.ledger;

import dev.turnpike.tokens.Usage;

/// The log line of a ledger row. It holds numbers and names, never content.
public final class LedgerLog {
    private LedgerLog() {}

    /// For example `OpenAI tokens: prompt=12, completion=30, total=42, model=gpt-4o-mini`; counts that the provider
    /// did not report are followed by `, estimated`.
    public static String line(LedgerRow row) {
        Usage usage = row.usage();
        return "OpenAI tokens: prompt=%d, completion=%d, total=%d, model=%s%s"
                .formatted(
                        usage.inputTokens(),
                        usage.outputTokens(),
                        usage.totalTokens(),
                        row.model(),
                        usage.estimated() ? ", estimated" : "");
    }
}
