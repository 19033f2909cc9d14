package dev.turnpike.usage;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.fake.SameThread;
import dev.turnpike.fake.SettableClock;
import dev.turnpike.model.Deadline;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunStore;
import dev.turnpike.usage.UsageStore.Mark;
import dev.turnpike.usage.UsageStore.Place;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every store of counters must do, over the ledger of a store of runs.
public abstract class UsageStoreContract {
    private static final LocalDate FIRST = LocalDate.of(2026, 10, 29);
    private static final int DAYS = 6;
    private static final Duration LONG = Duration.ofMinutes(1);

    /// @param runs whose ledger is counted
    public record Stores(RunStore runs, UsageStore usage) {}

    protected final SettableClock clock = new SettableClock(Instant.parse("2026-11-28T12:00:30Z"));
    private RunStore runs;
    private UsageStore usage;

    /// An empty store.
    protected abstract Stores open();

    @BeforeEach
    void start() {
        Stores stores = open();
        runs = stores.runs();
        usage = stores.usage();
    }

    private List<Charge> written(int count, int seed) {
        List<Charge> charges = Charges.random(new Random(seed), count, FIRST, DAYS);
        charges.forEach(charge -> runs.abandon(charge.run(), charge.row()));
        return charges;
    }

    private UsageCount.Sweep sweep() {
        return new UsageCount(usage, SameThread::new).sweep(Deadline.in(LONG, clock));
    }

    private Set<DailyUse> counters() {
        Set<DailyUse> all = new HashSet<>();
        usage.tenants().forEach(tenant -> all.addAll(usage.read(tenant, FIRST, FIRST.plusDays(DAYS))));
        return all;
    }

    private List<Place> uncounted() {
        return IntStream.range(0, UsageStore.SHARDS)
                .boxed()
                .flatMap(usage::uncounted)
                .toList();
    }

    @Test
    void countersAreTheSumOfTheLedger() {
        List<Charge> charges = written(300, 1);

        UsageCount.Sweep sweep = sweep();

        assertThat(sweep).isEqualTo(new UsageCount.Sweep(300, 0, null));
        assertThat(counters()).isEqualTo(Set.copyOf(DailyUse.of(charges)));
        assertThat(uncounted()).isEmpty();
        assertThat(usage.tenants()).containsExactly("t-0", "t-1", "t-2");
    }

    @Test
    void rowsThatComeLaterAreAddedOnce() {
        List<Charge> charges = Charges.random(new Random(2), 200, FIRST, DAYS);
        charges.subList(0, 90).forEach(charge -> runs.abandon(charge.run(), charge.row()));
        sweep();
        charges.forEach(charge -> runs.abandon(charge.run(), charge.row()));

        assertThat(sweep().counted()).isEqualTo(110);
        assertThat(sweep().counted()).isZero();
        assertThat(counters()).isEqualTo(Set.copyOf(DailyUse.of(charges)));
    }

    @Test
    void aBatchThatIsCountedAgainCountsOnce() {
        List<Charge> charges = written(60, 3);
        List<Place> seen = uncounted();
        assertThat(seen).hasSize(60);
        sweep();

        for (int from = 0; from < seen.size(); from += UsageStore.BATCH) {
            List<Place> batch = seen.subList(from, Math.min(seen.size(), from + UsageStore.BATCH));
            assertThat(usage.count(0, batch)).isZero();
        }

        assertThat(counters()).isEqualTo(Set.copyOf(DailyUse.of(charges)));
    }

    @Test
    void ofABatchThatIsCountedInPartTheRestCounts() {
        List<Charge> charges = written(40, 4);
        List<Place> seen = new ArrayList<>(uncounted());
        Collections.shuffle(seen, new Random(4));
        assertThat(usage.count(0, seen.subList(0, 15))).isEqualTo(15);

        assertThat(usage.count(0, seen)).isEqualTo(25);

        assertThat(counters()).isEqualTo(Set.copyOf(DailyUse.of(charges)));
    }

    @Test
    void aPlaceWithoutARowCountsNothing() {
        var nowhere = new RunKey(new ConversationKey("t-0", "0".repeat(26)), "1".repeat(26));

        assertThat(usage.count(0, List.of(new Place(nowhere, 0, 1, clock.instant()))))
                .isZero();
        assertThat(usage.tenants()).isEmpty();
    }

    @Test
    void theOldestIsCountedFirstAndWhatIsLeftIsTold() {
        List<Charge> charges = written(100, 5);
        Instant oldest = charges.stream()
                .map(charge -> charge.row().at())
                .min(Instant::compareTo)
                .orElseThrow();
        for (int shard = 0; shard < UsageStore.SHARDS; shard++) {
            assertThat(usage.uncounted(shard).map(Place::at)).isSorted();
        }

        UsageCount.Sweep late = new UsageCount(usage, SameThread::new).sweep(Deadline.in(Duration.ofSeconds(1), clock));

        assertThat(late).isEqualTo(new UsageCount.Sweep(0, 0, oldest));
        assertThat(late.lag(oldest.plusSeconds(77))).isEqualTo(Duration.ofSeconds(77));
    }

    @Test
    void countedRowsAreFoundByTenantAndDayInTheOrderOfTime() {
        List<Charge> charges = written(300, 6);
        written(0, 6);
        sweep();

        Map<String, List<Charge>> byTenant = charges.stream().collect(groupingBy(Charge::tenant));
        byTenant.forEach((tenant, theirs) -> {
            for (int i = 0; i < DAYS; i++) {
                LocalDate day = FIRST.plusDays(i);
                try (Stream<Charge> found = usage.counted(tenant, day)) {
                    List<Charge> rows = found.toList();
                    assertThat(rows)
                            .containsExactlyInAnyOrderElementsOf(theirs.stream()
                                    .filter(charge -> charge.day().equals(day))
                                    .toList());
                    assertThat(rows.stream().map(charge -> charge.row().at())).isSorted();
                }
            }
        });
        assertThat(usage.counted("t-9", FIRST)).isEmpty();
    }

    @Test
    void daysAreReadFromTheFirstToTheLastAcrossMonths() {
        List<Charge> charges = written(200, 7);
        sweep();

        for (int from = 0; from < DAYS; from++) {
            for (int to = from; to < DAYS; to++) {
                LocalDate first = FIRST.plusDays(from);
                LocalDate last = FIRST.plusDays(to);
                List<DailyUse> read = usage.read("t-1", first, last);
                assertThat(read)
                        .containsExactlyInAnyOrderElementsOf(DailyUse.of(charges.stream()
                                .filter(charge -> charge.tenant().equals("t-1"))
                                .filter(charge -> !charge.day().isBefore(first)
                                        && !charge.day().isAfter(last))
                                .toList()));
                assertThat(read.stream().map(DailyUse::day)).isSorted();
            }
        }
    }

    @Test
    void aMarkIsKeptUntilTheNext() {
        Tally before = Charges.sum(Charges.random(new Random(8), 50, FIRST, DAYS));
        var first = new Mark("t-0", "", clock.instant(), FIRST, before);
        var ofKey = new Mark("t-0", "key_1", clock.instant(), FIRST.plusDays(1), Tally.NONE);
        usage.put(first);
        usage.put(ofKey);

        assertThat(usage.mark("t-0", "")).contains(first);
        assertThat(usage.mark("t-0", "key_1")).contains(ofKey);
        assertThat(usage.mark("t-1", "")).isEmpty();

        var second = new Mark("t-0", "", clock.instant().plusSeconds(9), FIRST.plusDays(2), Tally.NONE);
        usage.put(second);
        assertThat(usage.mark("t-0", "")).contains(second);
    }
}
