package dev.turnpike.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    private static Latencies of(long... millis) {
        return LongStream.of(millis).mapToObj(Latencies::of).reduce(Latencies.NONE, Latencies::plus);
    }

    @Test
    void nobodyWaitedWhereNothingCame() {
        assertThat(of(-1, -1).percentile(50)).isEmpty();
        assertThat(of(-1)).isEqualTo(Latencies.NONE);
    }

    @Test
    void aPercentileIsOffByAQuarterAtMost() {
        var random = new Random(4);
        for (int round = 0; round < 50; round++) {
            long[] millis = LongStream.generate(() -> (long) Math.exp(random.nextDouble(2.5, 13.5)))
                    .limit(1 + random.nextInt(300))
                    .toArray();
            Latencies latencies = of(millis);
            Arrays.sort(millis);
            for (int percent : new int[] {1, 50, 95, 99, 100}) {
                long exact = millis[(int) Math.ceil(millis.length * percent / 100.0) - 1];
                assertThat(latencies.percentile(percent).orElseThrow())
                        .isBetween((long) (exact / 1.26) - 2, (long) (exact * 1.26) + 2);
            }
        }
    }

    @Test
    void theShortestAndTheLongestHaveTheirPlace() {
        assertThat(of(0).percentile(99).getAsLong()).isLessThanOrEqualTo(10);
        assertThat(of(Long.MAX_VALUE).percentile(99).getAsLong()).isGreaterThan(900_000);
    }

    @Test
    void whatIsTakenAwayIsGone() {
        Latencies early = of(5, 100, 100, 7_000);

        assertThat(early.plus(of(300, 100)).minus(early)).isEqualTo(of(100, 300));
        assertThat(early.minus(early)).isEqualTo(Latencies.NONE);
    }
}
