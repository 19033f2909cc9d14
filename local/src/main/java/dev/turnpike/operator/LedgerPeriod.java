package dev.turnpike.operator;

import dev.turnpike.usage.Charge;
import dev.turnpike.usage.UsageStore;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// What a tenant was charged for on some days, by UTC.
///
/// @param last included
record LedgerPeriod(String tenant, LocalDate first, LocalDate last) {
    /// In the order of their time, read as the stream goes.
    Stream<Charge> rows(UsageStore usage) {
        return first.datesUntil(last.plusDays(1)).flatMap(day -> usage.counted(tenant, day));
    }

    /// How many rows are written and not counted yet: [#rows] lacks them.
    long uncounted(UsageStore usage) {
        return IntStream.range(0, UsageStore.SHARDS)
                .mapToObj(usage::uncounted)
                .flatMap(places -> places)
                .filter(place -> place.run().tenant().equals(tenant))
                .map(place -> LocalDate.ofInstant(place.at(), ZoneOffset.UTC))
                .filter(day -> !day.isBefore(first) && !day.isAfter(last))
                .count();
    }
}
