package dev.turnpike.fake;

import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.tokens.Usage;
import org.jspecify.annotations.Nullable;

/// Adds up ledger rows, apart from the code that is tested.
final class Sums {
    private Sums() {}

    static Totals plus(Totals totals, @Nullable LedgerRow row) {
        if (row == null) {
            return totals;
        }
        Usage used = row.usage();
        Long micros = row.cost().micros();
        return new Totals(
                totals.inputTokens() + used.inputTokens(),
                totals.cachedTokens() + used.cachedTokens(),
                totals.cacheWriteTokens() + used.cacheWriteTokens(),
                totals.outputTokens() + used.outputTokens(),
                totals.reasoningTokens() + used.reasoningTokens(),
                micros == null ? totals.costMicros() : totals.costMicros() + micros,
                micros == null ? totals.unpricedSteps() + 1 : totals.unpricedSteps());
    }

    static Totals of(Iterable<LedgerRow> rows) {
        Totals sum = Totals.ZERO;
        for (LedgerRow row : rows) {
            sum = plus(sum, row);
        }
        return sum;
    }
}
