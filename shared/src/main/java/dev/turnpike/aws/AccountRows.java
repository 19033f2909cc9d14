package dev.turnpike.aws;

import dev.turnpike.access.Amount;
import dev.turnpike.access.Balance;
import dev.turnpike.access.Cap.Period;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/// What has been used, beside whatever else a row holds: the attributes `usd_<period>` and `tok_<period>` for each
/// period, `usd_d20261128` for a day. They hold what is settled and what is held, so that a condition needs one number.
final class AccountRows {
    private AccountRows() {}

    static String micros(Period period, Instant at) {
        return "usd_" + name(period, at);
    }

    static String tokens(Period period, Instant at) {
        return "tok_" + name(period, at);
    }

    private static String name(Period period, Instant at) {
        return switch (period) {
            case MINUTE -> "n" + period.name(at);
            case DAY -> "d" + period.name(at);
            case MONTH -> "m" + period.name(at);
            case TOTAL -> "total";
        };
    }

    static Balance balance(Row row, Instant now) {
        Map<Period, Amount> used = new EnumMap<>(Period.class);
        for (Period period : Period.values()) {
            used.put(period, new Amount(row.number(micros(period, now), 0), row.number(tokens(period, now), 0)));
        }
        return new Balance(used);
    }
}
