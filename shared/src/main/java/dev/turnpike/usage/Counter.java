package dev.turnpike.usage;

import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.ledger.LedgerRow.State;

/// What is added up of rows of the ledger.
public enum Counter {
    /// Attempts of model calls, each a row.
    ATTEMPTS,
    /// Those among them whose answer was lost or discarded.
    ABANDONED,
    /// Those that were answered from the cache, for nothing.
    FROM_CACHE,
    /// Those whose tokens were counted by us, because the provider said nothing.
    ESTIMATED,
    /// Those whose cost is unknown. The cost of the rest is all that [#COST_MICROS] tells.
    UNPRICED,
    INPUT_TOKENS,
    CACHED_TOKENS,
    CACHE_WRITE_TOKENS,
    OUTPUT_TOKENS,
    REASONING_TOKENS,
    COST_MICROS,
    /// Attempts that brought a first token.
    BEGUN,
    TTFT_MILLIS;

    long of(LedgerRow row) {
        return switch (this) {
            case ATTEMPTS -> 1;
            case ABANDONED -> count(row.state() == State.ABANDONED);
            case FROM_CACHE -> count(row.fromCache());
            case ESTIMATED -> count(row.usage().estimated());
            case UNPRICED -> count(!row.cost().known());
            case INPUT_TOKENS -> row.usage().inputTokens();
            case CACHED_TOKENS -> row.usage().cachedTokens();
            case CACHE_WRITE_TOKENS -> row.usage().cacheWriteTokens();
            case OUTPUT_TOKENS -> row.usage().outputTokens();
            case REASONING_TOKENS -> row.usage().reasoningTokens();
            case COST_MICROS -> row.cost().counted();
            case BEGUN -> count(row.ttftMillis() >= 0);
            case TTFT_MILLIS -> Math.max(0, row.ttftMillis());
        };
    }

    private static long count(boolean holds) {
        return holds ? 1 : 0;
    }
}
