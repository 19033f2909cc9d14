package dev.turnpike.operator;

import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.usage.Charge;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What an export says of each row. Others build on the names and on their order: new columns come last.
///
/// @param value a text, a number, a boolean or, where it is unknown, null
record LedgerColumn(String name, Function<Charge, @Nullable Object> value) {
    /// Three digits always, so that texts are in the order of time.
    private static final DateTimeFormatter MILLIS =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    private static final int USD_DIGITS = 6;

    static final List<LedgerColumn> ALL = List.of(
            of("at", row -> at(row.at())),
            new LedgerColumn("tenant", Charge::tenant),
            new LedgerColumn(
                    "conversation", charge -> charge.run().conversation().wireId()),
            new LedgerColumn("response_id", charge -> charge.run().responseId()),
            of("step", LedgerRow::step),
            of("attempt", LedgerRow::fence),
            of("state", row -> row.state().name().toLowerCase(Locale.ROOT)),
            of("key", row -> row.payer().key()),
            of("user", row -> row.payer().user()),
            of("model", LedgerRow::model),
            of("service_tier", row -> row.serviceTier().isEmpty() ? "default" : row.serviceTier()),
            of("from_cache", LedgerRow::fromCache),
            of("input_tokens", row -> row.usage().inputTokens()),
            of("cached_tokens", row -> row.usage().cachedTokens()),
            of("cache_write_tokens", row -> row.usage().cacheWriteTokens()),
            of("output_tokens", row -> row.usage().outputTokens()),
            of("reasoning_tokens", row -> row.usage().reasoningTokens()),
            of("estimated", row -> row.usage().estimated()),
            of("cost_micros", row -> row.cost().micros()),
            of("cost_usd", row -> usd(row.cost().micros())),
            of("price_version", row -> row.cost().priceVersion()),
            of("doubt_micros", row -> row.doubt().micros()),
            of("doubt_tokens", row -> row.doubt().tokens()),
            of("ttft_ms", row -> row.ttftMillis() < 0 ? null : row.ttftMillis()));

    private static LedgerColumn of(String name, Function<LedgerRow, @Nullable Object> value) {
        return new LedgerColumn(name, charge -> value.apply(charge.row()));
    }

    private static String at(Instant at) {
        return MILLIS.format(at);
    }

    private static @Nullable BigDecimal usd(@Nullable Long micros) {
        return micros == null ? null : BigDecimal.valueOf(micros, USD_DIGITS);
    }
}
