package dev.turnpike.access;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The most that somebody or something may use in a period, by UTC's clock.
///
/// As text it is `<scope>[/<period>]=<amount><unit>`, for example `tenant/month=99.50usd`, `key/day=1000000tokens` or
/// `run=2usd`.
///
/// @param amount micro-USD or tokens
public record Cap(Scope scope, Period period, Unit unit, long amount) {
    private static final Pattern FORM =
            Pattern.compile("(run|conversation|key|user|tenant)(?:/(minute|day|month|total))?=([0-9]{1,12}"
                    + "(?:\\.[0-9]{1,6})?)(usd|tokens)");

    /// Whose use is added up.
    public enum Scope {
        RUN,
        CONVERSATION,
        KEY,
        USER,
        TENANT
    }

    /// What is added up begins anew with each period.
    public enum Period {
        MINUTE("uuuuMMddHHmm", ChronoUnit.MINUTES),
        DAY("uuuuMMdd", ChronoUnit.DAYS),
        MONTH("uuuuMM", ChronoUnit.MONTHS),
        TOTAL("", ChronoUnit.FOREVER);

        private final DateTimeFormatter format;
        private final ChronoUnit length;

        Period(String pattern, ChronoUnit length) {
            this.format = DateTimeFormatter.ofPattern(pattern, Locale.ROOT);
            this.length = length;
        }

        /// Names the period that an instant belongs to, for example `20261128`; later ones have greater names.
        public String name(Instant at) {
            return format.format(at.atOffset(ZoneOffset.UTC));
        }

        /// When the next one begins; empty when none does.
        public Optional<Instant> next(Instant at) {
            ZonedDateTime now = at.atZone(ZoneOffset.UTC);
            return switch (this) {
                case MINUTE, DAY ->
                    Optional.of(now.truncatedTo(length).plus(1, length).toInstant());
                case MONTH ->
                    Optional.of(now.truncatedTo(ChronoUnit.DAYS)
                            .withDayOfMonth(1)
                            .plusMonths(1)
                            .toInstant());
                case TOTAL -> Optional.empty();
            };
        }
    }

    public enum Unit {
        USD,
        TOKENS
    }

    public Cap {
        if (amount < 0) {
            throw new IllegalArgumentException("a cap can't be negative");
        }
    }

    /// @throws IllegalArgumentException it is no cap; the message says what one looks like
    public static Cap parse(String text) {
        Matcher form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no cap: expected for example tenant/month=100usd,"
                    + " key/day=1000000tokens or run=2usd");
        }
        Unit unit = Unit.valueOf(form.group(4).toUpperCase(Locale.ROOT));
        String period = form.group(2) == null ? "total" : form.group(2);
        BigDecimal amount = new BigDecimal(form.group(3)).movePointRight(unit == Unit.USD ? 6 : 0);
        try {
            return new Cap(
                    Scope.valueOf(form.group(1).toUpperCase(Locale.ROOT)),
                    Period.valueOf(period.toUpperCase(Locale.ROOT)),
                    unit,
                    amount.longValueExact());
        } catch (ArithmeticException _) {
            throw new IllegalArgumentException("'" + text + "' is no cap: tokens are whole numbers");
        }
    }

    /// Whether both bound the same thing, so that only one of them counts.
    public boolean sameAs(Cap other) {
        return scope == other.scope && period == other.period && unit == other.unit;
    }

    /// A cap whose period is over soon: whoever meets it may come again, as with any rate limit.
    public boolean isRate() {
        return unit == Unit.TOKENS && (period == Period.MINUTE || period == Period.DAY);
    }

    /// Without the amount, for example `tenant/month`.
    public String name() {
        String subject = scope.name().toLowerCase(Locale.ROOT);
        return period == Period.TOTAL ? subject : subject + "/" + period.name().toLowerCase(Locale.ROOT);
    }

    /// As [#parse] reads it.
    @Override
    public String toString() {
        String number = unit == Unit.USD
                ? BigDecimal.valueOf(amount, 6).stripTrailingZeros().toPlainString()
                : Long.toString(amount);
        return name() + "=" + number + unit.name().toLowerCase(Locale.ROOT);
    }
}
