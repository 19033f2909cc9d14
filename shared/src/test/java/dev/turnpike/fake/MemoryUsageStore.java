package dev.turnpike.fake;

import static java.util.stream.Collectors.groupingBy;

import dev.turnpike.run.RunKey;
import dev.turnpike.usage.Charge;
import dev.turnpike.usage.DailyUse;
import dev.turnpike.usage.Tag;
import dev.turnpike.usage.Tally;
import dev.turnpike.usage.UsageStore;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Counters in memory, of what is in the memory's ledger.
public final class MemoryUsageStore implements UsageStore {
    private final MemoryStore ledger;
    private final PortCalls calls;
    private final Set<Row> counted = new HashSet<>();
    private final Map<Of, Tally> counters = new HashMap<>();
    private final Map<String, Mark> marks = new HashMap<>();

    private record Row(RunKey run, int step, long fence) {
        static Row of(Charge charge) {
            return new Row(charge.run(), charge.row().step(), charge.row().fence());
        }
    }

    private record Of(String tenant, LocalDate day, Tag tag) {}

    public MemoryUsageStore(MemoryStore ledger, PortCalls calls) {
        this.ledger = ledger;
        this.calls = calls;
    }

    private static int shard(Charge charge) {
        return Math.floorMod((charge.tenant() + charge.row().payer()).hashCode(), SHARDS);
    }

    private Stream<Charge> charges() {
        return ledger.charges().stream()
                .sorted(Comparator.comparing((Charge charge) -> charge.row().at())
                        .thenComparing(charge -> charge.run().run())
                        .thenComparingInt(charge -> charge.row().step())
                        .thenComparingLong(charge -> charge.row().fence()));
    }

    @Override
    public Stream<Place> uncounted(int shard) {
        return calls.through("uncounted", () -> uncountedNow(shard)).stream();
    }

    private synchronized List<Place> uncountedNow(int shard) {
        return charges()
                .filter(charge -> shard(charge) == shard && !counted.contains(Row.of(charge)))
                .map(charge -> new Place(
                        charge.run(),
                        charge.row().step(),
                        charge.row().fence(),
                        charge.row().at()))
                .toList();
    }

    @Override
    public int count(int shard, List<Place> places) {
        return calls.through("count", () -> countNow(places));
    }

    private synchronized int countNow(List<Place> places) {
        if (places.size() > BATCH) {
            throw new IllegalArgumentException("a transaction takes no " + places.size() + " rows");
        }
        Map<Row, Charge> rows = new HashMap<>();
        charges().forEach(charge -> rows.put(Row.of(charge), charge));
        List<Charge> charges = new ArrayList<>();
        for (Place place : places) {
            var row = new Row(place.run(), place.step(), place.fence());
            if (rows.containsKey(row) && counted.add(row)) {
                charges.add(rows.get(row));
            }
        }
        for (DailyUse use : DailyUse.of(charges)) {
            counters.merge(new Of(use.tenant(), use.day(), use.tag()), use.tally(), Tally::plus);
        }
        return charges.size();
    }

    @Override
    public synchronized List<DailyUse> read(String tenant, LocalDate first, LocalDate last) {
        return counters.entrySet().stream()
                .filter(each -> each.getKey().tenant().equals(tenant))
                .map(each ->
                        new DailyUse(tenant, each.getKey().day(), each.getKey().tag(), each.getValue()))
                .filter(use -> !use.day().isBefore(first) && !use.day().isAfter(last))
                .sorted(Comparator.comparing(DailyUse::day))
                .toList();
    }

    /// All of them.
    public synchronized List<DailyUse> counters() {
        return counters.entrySet().stream()
                .map(each -> new DailyUse(
                        each.getKey().tenant(),
                        each.getKey().day(),
                        each.getKey().tag(),
                        each.getValue()))
                .toList();
    }

    @Override
    public synchronized Stream<Charge> counted(String tenant, LocalDate day) {
        return charges()
                .filter(charge -> charge.tenant().equals(tenant) && charge.day().equals(day))
                .filter(charge -> counted.contains(Row.of(charge)));
    }

    @Override
    public synchronized List<String> tenants() {
        return counters.keySet().stream().collect(groupingBy(Of::tenant)).keySet().stream()
                .sorted()
                .toList();
    }

    @Override
    public synchronized Optional<Mark> mark(String tenant, String key) {
        return Optional.ofNullable(marks.get(tenant + "#" + key));
    }

    @Override
    public synchronized void put(Mark mark) {
        marks.put(mark.tenant() + "#" + mark.key(), mark);
    }
}
