package dev.turnpike.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.AccessContract.AccessStores;
import dev.turnpike.access.Allowance;
import dev.turnpike.access.ApiKeys;
import dev.turnpike.access.Credential;
import dev.turnpike.access.Entry;
import dev.turnpike.access.FailedAttempts;
import dev.turnpike.access.FrontDoor;
import dev.turnpike.access.KeyStore.Secret;
import dev.turnpike.access.KeyStore.StoredKey;
import dev.turnpike.access.KeyTerms;
import dev.turnpike.access.Owner;
import dev.turnpike.fake.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/// The front door over the table itself, through the real SDK: what it lets in, and what that costs.
@Timeout(300)
class FrontDoorTableTest {
    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final String HERE = "192.0.2.1";
    private static final int INSTANCES = 8;
    private static final int WINDOWS = 5;
    private static final int LIMIT = 100;
    private static final int ASKED_BY_EACH = 25;

    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    private final SettableClock clock = new SettableClock(NOON);
    private final ApiKeys maker = new ApiKeys("dev");
    private final CallMeter calls = new CallMeter();
    private final List<DynamoDbClient> clients = new ArrayList<>();
    private final AccessStores stores = TABLES.access();
    private final ApiKeys.NewKey key = maker.create();

    FrontDoorTableTest() {
        add(key, null);
    }

    private void add(ApiKeys.NewKey made, @Nullable Instant disabledAt) {
        stores.keys()
                .create(new StoredKey(
                        made.id(),
                        new Owner("acme", "ada"),
                        Secret.of(ApiKeys.hash(made.text())),
                        NOON,
                        disabledAt,
                        KeyTerms.unrestricted("")));
    }

    /// An instance, with a client of its own.
    private FrontDoor door() {
        DynamoDbClient client = TABLES.newClient(calls);
        clients.add(client);
        AccessStores own = TABLES.moreAccess(client);
        var attempts = new FailedAttempts(own.attempts(), own.audit(), 0, clock);
        var terms = new FrontDoor.Terms(new Allowance(LIMIT, 0, List.of()), List.of());
        return new FrontDoor(own.keys(), own.accounts(), attempts, terms, clock);
    }

    private static Entry enter(FrontDoor door, String key) {
        return door.enterToRun(Credential.of("Bearer " + key, null), HERE);
    }

    private static boolean admitted(Entry entry) {
        return entry instanceof Entry.Admitted admitted
                && !admitted.standing().requests().orElseThrow().exceeded();
    }

    @Test
    void eightInstancesAdmitTheLimitInEachWindowByOneWriteForEachRequest() throws Exception {
        List<FrontDoor> doors = new ArrayList<>();
        for (int i = 0; i < INSTANCES; i++) {
            doors.add(door());
        }
        List<Long> admitted = new ArrayList<>();
        for (int window = 0; window < WINDOWS; window++) {
            admitted.add(admittedOf(doors));
            clock.advance(Duration.ofSeconds(window % 2 == 0 ? 60 : 179));
        }
        Map<String, Integer> made = calls.take();
        int checks = WINDOWS * INSTANCES * ASKED_BY_EACH;
        double writes = (double) made.getOrDefault("UpdateItem", 0) / checks;
        System.out.printf(
                "%d instances, %d windows, limit %d, asked %d each: admitted %s; %.3f writes and %.3f reads for each%n",
                INSTANCES,
                WINDOWS,
                LIMIT,
                INSTANCES * ASKED_BY_EACH,
                admitted,
                writes,
                (double) made.getOrDefault("BatchGetItem", 0) / checks);
        assertThat(admitted)
                .hasSize(WINDOWS)
                .allSatisfy(count -> assertThat(count).isBetween(Math.round(0.98 * LIMIT), (long) LIMIT));
        assertThat(writes).isLessThanOrEqualTo(1);
        assertThat(made).containsOnlyKeys("UpdateItem", "BatchGetItem");
        clients.forEach(DynamoDbClient::close);
    }

    private long admittedOf(List<FrontDoor> doors) throws Exception {
        List<Callable<Integer>> instances = new ArrayList<>();
        for (FrontDoor door : doors) {
            instances.add(() -> {
                int count = 0;
                for (int i = 0; i < ASKED_BY_EACH; i++) {
                    count += admitted(enter(door, key.text())) ? 1 : 0;
                }
                return count;
            });
        }
        long all = 0;
        try (var threads = Executors.newFixedThreadPool(doors.size())) {
            for (Future<Integer> instance : threads.invokeAll(instances)) {
                all += instance.get();
            }
        }
        return all;
    }

    @Test
    void countsOfEarlierMinutesDoNotPileUp() {
        for (int i = 0; i < 40; i++) {
            // Each time another instance, which has seen nothing.
            enter(door(), key.text());
            clock.advance(Duration.ofMinutes(3));
        }
        assertThat(TABLES.everything())
                .filteredOn(row -> row.containsKey("hash"))
                .singleElement()
                .satisfies(row -> assertThat(row.keySet())
                        .filteredOn(name -> name.startsWith("rpm_"))
                        .hasSizeBetween(1, 10));
        clients.forEach(DynamoDbClient::close);
    }

    @Test
    @DisplayName(
            "Row 8: unknown, forged and disabled keys cost the same calls and the same time, and make no row of a key")
    void whatIsWrongWithAKeyCanNotBeTold() {
        ApiKeys.NewKey disabled = maker.create();
        add(disabled, NOON);
        FrontDoor door = door();
        Map<String, List<Long>> nanos = new LinkedHashMap<>();
        for (int i = 0; i < 120; i++) {
            for (String kind : List.of("unknown", "forged", "disabled")) {
                String shown = switch (kind) {
                    case "unknown" -> maker.create().text();
                    case "forged" -> maker.renew(key.id()).text();
                    default -> disabled.text();
                };
                calls.take();
                long start = System.nanoTime();
                assertThat(enter(door, shown)).isInstanceOf(Entry.Wrong.class);
                nanos.computeIfAbsent(kind, _ -> new ArrayList<>()).add(System.nanoTime() - start);
                assertThat(calls.take()).as(kind).isEqualTo(Map.of("UpdateItem", 1, "PutItem", 1));
            }
        }
        Map<String, Long> medians = new LinkedHashMap<>();
        nanos.forEach((kind, all) -> medians.put(
                kind, all.stream().sorted().skip(all.size() / 2).findFirst().orElseThrow() / 1_000));
        System.out.println("median microseconds of refused keys: " + medians);
        long least = medians.values().stream().mapToLong(Long::longValue).min().orElseThrow();
        assertThat(medians.values()).allSatisfy(median -> assertThat(median).isLessThan(2 * least));
        assertThat(TABLES.everything())
                .filteredOn(row -> row.containsKey("hash"))
                .hasSize(2);
        assertThat(stores.keys().find(key.id(), NOON).orElseThrow().requests()).isZero();
        clients.forEach(DynamoDbClient::close);
    }
}
