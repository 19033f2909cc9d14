package dev.turnpike.ledger;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;

/// Prices that change with time.
///
/// @param prices in the order of the file, at least one
public record Schedule(List<Dated> prices) {
    public Schedule {
        prices = List.copyOf(prices);
    }

    static Schedule always(Prices prices) {
        return new Schedule(List.of(new Dated(new When.Always(), prices)));
    }

    /// The prices in force: the last whose condition holds, or the first when none does.
    public Prices at(Instant at) {
        return prices.reversed().stream()
                .filter(dated -> dated.when().holds(at))
                .findFirst()
                .orElseGet(prices::getFirst)
                .prices();
    }

    /// All that are in force at some time from the one instant to the other.
    Stream<Prices> during(Instant from, Instant to) {
        Stream<Instant> changes =
                prices.stream().flatMap(dated -> dated.when().changes(from)).filter(change -> !change.isAfter(to));
        return Stream.concat(Stream.of(from), changes).map(this::at);
    }

    Schedule times(BigDecimal factor) {
        return new Schedule(prices.stream()
                .map(dated -> new Dated(dated.when(), dated.prices().times(factor)))
                .toList());
    }

    public record Dated(When when, Prices prices) {}

    /// When a price is in force, in UTC.
    public sealed interface When {
        boolean holds(Instant at);

        /// When it begins to hold or to fail after `from`, for a day at least.
        Stream<Instant> changes(Instant from);

        record Always() implements When {
            @Override
            public boolean holds(Instant at) {
                return true;
            }

            @Override
            public Stream<Instant> changes(Instant from) {
                return Stream.empty();
            }
        }

        record From(LocalDate start) implements When {
            @Override
            public boolean holds(Instant at) {
                return !at.atOffset(ZoneOffset.UTC).toLocalDate().isBefore(start);
            }

            @Override
            public Stream<Instant> changes(Instant from) {
                return Stream.of(start.atStartOfDay().toInstant(ZoneOffset.UTC)).filter(from::isBefore);
            }
        }

        /// Every day from `start` until just before `end`; past midnight when `end` is the earlier of the two.
        record Daily(LocalTime start, LocalTime end) implements When {
            @Override
            public boolean holds(Instant at) {
                LocalTime time = at.atOffset(ZoneOffset.UTC).toLocalTime();
                boolean started = !time.isBefore(start);
                boolean ended = !time.isBefore(end);
                return end.isBefore(start) ? started || !ended : started && !ended;
            }

            @Override
            public Stream<Instant> changes(Instant from) {
                LocalDate day = from.atOffset(ZoneOffset.UTC).toLocalDate();
                return Stream.of(day, day.plusDays(1))
                        .flatMap(date -> Stream.of(date.atTime(start), date.atTime(end)))
                        .map(change -> change.toInstant(ZoneOffset.UTC))
                        .filter(from::isBefore);
            }
        }
    }
}
