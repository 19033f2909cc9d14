package dev.turnpike.aws;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Payer;
import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.ledger.Cost;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.run.RunKey;
import dev.turnpike.tokens.Usage;
import dev.turnpike.usage.UsageStore;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Ledger rows as the table keeps them. They hold no content and do not expire. The index shows which of them are not
/// counted yet, and those that are by tenant and day.
final class LedgerRows {
    private LedgerRows() {}

    static Row write(RunKey key, LedgerRow row) {
        Usage usage = row.usage();
        return Row.at(TableKeys.conversation(key.conversation()), TableKeys.ledger(row.run(), row.step(), row.fence()))
                .put("run", row.run())
                .put("key", row.payer().key())
                .put("user", row.payer().user())
                .put("step", row.step())
                .put("fence", row.fence())
                .put("state", RunCodec.text(row.state()))
                .put("model", row.model())
                .put("serviceTier", row.serviceTier().isEmpty() ? null : row.serviceTier())
                .put("fromCache", row.fromCache())
                .put("in", usage.inputTokens())
                .put("cached", usage.cachedTokens())
                .put("cacheWrite", usage.cacheWriteTokens())
                .put("out", usage.outputTokens())
                .put("reasoning", usage.reasoningTokens())
                .put("estimated", usage.estimated())
                .put("cost", row.cost().micros())
                .put("prices", row.cost().priceVersion())
                .put("doubtCost", row.doubt().micros())
                .put("doubtTokens", row.doubt().tokens())
                .put("ttft", row.ttftMillis())
                .put("at", row.at())
                .put(TableKeys.GSI1_PK, TableKeys.uncounted(shard(key.tenant(), row.payer())))
                .put(TableKeys.GSI1_SK, TableKeys.charge(row));
    }

    /// Rows that are added up into one lie in one shard, so that one writer adds to it.
    private static int shard(String tenant, Payer payer) {
        return Math.floorMod(Objects.hash(tenant, payer.key(), payer.user()), UsageStore.SHARDS);
    }

    static LedgerRow read(Row row) {
        var usage = new Usage(
                row.number("in"),
                row.number("cached", 0),
                row.number("cacheWrite", 0),
                row.number("out"),
                row.number("reasoning", 0),
                row.flag("estimated"));
        Long micros = row.has("cost") ? row.number("cost") : null;
        return new LedgerRow(
                row.text("run"),
                payer(row),
                row.integer("step"),
                row.number("fence"),
                row.constant(LedgerRow.State.class, "state"),
                row.text("model"),
                row.has("serviceTier") ? row.text("serviceTier") : "",
                row.has("fromCache") && row.flag("fromCache"),
                usage,
                new Cost(micros, row.text("prices")),
                new Amount(row.number("doubtCost", 0), row.number("doubtTokens", 0)),
                row.number("ttft", -1),
                row.instant("at"));
    }

    /// Rows of older versions name nobody.
    static Payer payer(Row row) {
        return row.has("key") ? new Payer(row.text("key"), row.text("user")) : Payer.UNKNOWN;
    }

    static Totals plus(Totals totals, @Nullable LedgerRow row) {
        if (row == null) {
            return totals;
        }
        Usage usage = row.usage();
        return new Totals(
                totals.inputTokens() + usage.inputTokens(),
                totals.cachedTokens() + usage.cachedTokens(),
                totals.cacheWriteTokens() + usage.cacheWriteTokens(),
                totals.outputTokens() + usage.outputTokens(),
                totals.reasoningTokens() + usage.reasoningTokens(),
                totals.costMicros() + row.cost().counted(),
                totals.unpricedSteps() + (row.cost().known() ? 0 : 1));
    }
}
