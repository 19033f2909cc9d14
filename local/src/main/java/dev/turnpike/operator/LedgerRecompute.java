package dev.turnpike.operator;

import dev.turnpike.ledger.Cost;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.usage.Charge;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.stream.Stream;

/// Computes costs again, and says which are not what was charged.
final class LedgerRecompute {
    private final PriceList prices;
    private final PrintStream output;
    private long recomputed;
    private long skipped;
    private long different;
    private long unpriced;
    private long charged;
    private long again;

    LedgerRecompute(PriceList prices, PrintStream output) {
        this.prices = prices;
        this.output = output;
    }

    /// @return how many differ
    long run(Stream<Charge> rows) {
        for (Iterator<Charge> each = rows.iterator(); each.hasNext(); ) {
            one(each.next());
        }
        output.printf(
                "rows %d (recomputed %d, of other price versions than %s %d)%n",
                recomputed + skipped, recomputed, prices.version(), skipped);
        output.printf(
                "charged %s USD, by their tokens %s USD, without a price %d%n", usd(charged), usd(again), unpriced);
        output.printf("%d %s%n", different, different == 1 ? "difference" : "differences");
        return different;
    }

    private void one(Charge charge) {
        LedgerRow row = charge.row();
        if (!row.cost().priceVersion().equals(prices.version())) {
            skipped++;
            return;
        }
        Cost cost = prices.again(row);
        recomputed++;
        charged += micros(row.cost());
        again += micros(cost);
        if (!row.cost().known()) {
            unpriced++;
        }
        if (!cost.equals(row.cost())) {
            different++;
            output.printf(
                    "%s  %s  step %d, attempt %d, %s: charged %s, by its tokens %s%n",
                    row.at(),
                    charge.run().responseId(),
                    row.step(),
                    row.fence(),
                    row.model(),
                    text(row.cost()),
                    text(cost));
        }
    }

    private static long micros(Cost cost) {
        Long micros = cost.micros();
        return micros == null ? 0 : micros;
    }

    private static String text(Cost cost) {
        return cost.known() ? usd(micros(cost)) + " USD" : "unknown";
    }

    private static String usd(long micros) {
        return BigDecimal.valueOf(micros, 6).toPlainString();
    }
}
