package dev.turnpike.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.access.RequestCounter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Requests as the table counts them.
class DynamoRequestCounterTest {
    private static final Instant MINUTE = Instant.parse("2026-11-01T12:00:00Z");

    @RegisterExtension
    static final FreshTables TABLES = new FreshTables();

    @Test
    void instancesCountTogetherAndLoseNothing() throws Exception {
        List<RequestCounter> instances = TABLES.requestCounters(2);
        List<Callable<Long>> requests = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            instances.forEach(instance -> requests.add(() -> instance.add("a", MINUTE)));
        }

        List<Long> counts = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Long> counted : threads.invokeAll(requests)) {
                counts.add(counted.get());
            }
        }

        assertThat(counts)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, 40).boxed().toList());
    }

    @Test
    void everyKeyAndEveryMinuteIsCountedForItselfAndForgotten() {
        RequestCounter counter = TABLES.requestCounters(1).getFirst();

        assertThat(counter.add("a", MINUTE)).isOne();
        assertThat(counter.add("b", MINUTE)).isOne();
        assertThat(counter.add("a", MINUTE.plusSeconds(60))).isOne();
        assertThat(counter.add("a", MINUTE)).isEqualTo(2);
        assertThat(TABLES.everything())
                .hasSize(3)
                .allSatisfy(row -> assertThat(Long.parseLong(
                                Objects.requireNonNull(row.get("ttl")).n()))
                        .isBetween(
                                MINUTE.plusSeconds(60).getEpochSecond(),
                                MINUTE.plusSeconds(3_600).getEpochSecond()));
    }
}
