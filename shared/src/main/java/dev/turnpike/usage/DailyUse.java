package dev.turnpike.usage;

import java.time.LocalDate;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What one tenant used on one day of UTC's, of what has one tag.
public record DailyUse(String tenant, LocalDate day, Tag tag, Tally tally) {
    private record Place(String tenant, LocalDate day, Tag tag) {
        static Place of(Charge charge) {
            return new Place(charge.tenant(), charge.day(), Tag.of(charge.row()));
        }
    }

    /// Rows of the ledger, added up.
    public static List<DailyUse> of(Collection<Charge> charges) {
        Map<Place, Tally> sums = new LinkedHashMap<>();
        charges.forEach(charge -> sums.merge(Place.of(charge), Tally.of(charge.row()), Tally::plus));
        return sums.entrySet().stream()
                .map(sum -> new DailyUse(
                        sum.getKey().tenant(), sum.getKey().day(), sum.getKey().tag(), sum.getValue()))
                .toList();
    }
}
