package dev.turnpike.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.MemoryBreakerStore;
import dev.turnpike.fake.VirtualTime;
import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelAnswer;
import dev.turnpike.model.ModelAnswer.FinishReason;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.Served;
import dev.turnpike.model.StreamEvent;
import dev.turnpike.tokens.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// A provider fails for five minutes while eight instances are asked twenty times a second.
class LongOutageTest {
    private static final int INSTANCES = 8;
    private static final int FAILURES = 5;
    private static final Duration REST = Duration.ofSeconds(30);
    private static final Duration BEFORE = Duration.ofSeconds(10);
    private static final Duration OUTAGE = Duration.ofMinutes(5);
    private static final Duration AFTER = Duration.ofMinutes(1);
    private static final Instant BROKEN = Calls.NOON.plus(BEFORE);
    private static final Instant MENDED = BROKEN.plus(OUTAGE);
    private static final Set<Kind> PASSING = EnumSet.of(Kind.UNAVAILABLE, Kind.RESTING);

    private final VirtualTime time = new VirtualTime(Calls.NOON);
    private final MemoryBreakerStore store = new MemoryBreakerStore();
    private final Random random = new Random(5);
    private final List<Instant> refused = new ArrayList<>();
    private final List<Instant> served = new ArrayList<>();
    private int atOnce;
    private int failedBeforeRest;
    private int mostProbesAtOnce;
    private int fromFallback;
    private int failed;

    /// Says no after 50 ms in the outage, and answers after 300 ms otherwise.
    private ModelAnswer provider(ModelRequest request, Deadline deadline, Consumer<StreamEvent> events)
            throws ModelException {
        boolean primary = request.model().equals("gpt-4o");
        Instant asked = time.instant();
        if (primary && !asked.isBefore(BROKEN) && asked.isBefore(MENDED)) {
            refused.add(asked);
            atOnce++;
            if (asked.isAfter(BROKEN.plus(REST))) {
                mostProbesAtOnce = Math.max(mostProbesAtOnce, atOnce);
            }
            time.pause(Duration.ofMillis(50));
            atOnce--;
            if (!store.read("first/gpt-4o").tripped()) {
                failedBeforeRest++;
            }
            throw Calls.failure(Kind.UNAVAILABLE, Usage.NONE, null);
        }
        time.pause(Duration.ofMillis(300));
        events.accept(new StreamEvent.TextDelta("Yes."));
        if (primary) {
            served.add(time.instant());
        }
        return new ModelAnswer(
                "Yes.", "", "", List.of(), FinishReason.STOP, Usage.reported(5, 0, 2, 0), Served.by(request.model()));
    }

    private ModelClient instance(List<String> standIns) {
        var providers = new Providers(new Provider("first", _ -> true, this::provider), List.of());
        var breaker =
                new Breaker(store, new Breaker.Settings(FAILURES, REST, Duration.ofSeconds(40)), providers::target);
        var retry = new Retry(
                new Retry.Settings(3, Duration.ofMillis(500), Duration.ofSeconds(60), 2, PASSING),
                random::nextDouble,
                time::pause);
        return new Fallback(_ -> standIns).around(retry.around(breaker.around(providers)));
    }

    private int go(List<String> standIns) {
        List<ModelClient> instances = new ArrayList<>();
        for (int i = 0; i < INSTANCES; i++) {
            instances.add(instance(standIns));
        }
        int runs = 0;
        Instant end = MENDED.plus(AFTER);
        for (Instant at = Calls.NOON; at.isBefore(end); at = at.plusMillis(50)) {
            ModelClient asked = instances.get(random.nextInt(INSTANCES));
            time.at(at, () -> call(asked));
            runs++;
        }
        time.run();
        return runs;
    }

    private void call(ModelClient instance) {
        try {
            ModelAnswer answer =
                    instance.stream(Calls.request("gpt-4o"), Deadline.in(Duration.ofMinutes(10), time), _ -> {});
            fromFallback += answer.served().model().equals("gpt-4o") ? 0 : 1;
        } catch (ModelException _) {
            failed++;
        }
    }

    @Test
    void aLongOutageCostsAFewCallsAndTheFallbackAnswersMeanwhile() {
        int runs = go(List.of("gpt-4o-mini"));

        long opening =
                refused.stream().filter(at -> at.isBefore(BROKEN.plus(REST))).count();
        Instant back =
                served.stream().filter(at -> at.isAfter(MENDED)).findFirst().orElseThrow();
        System.out.printf(
                "%d runs, %d of them in an outage of %d s: %d calls refused, %d before the breaker opened everywhere,"
                        + " %d probe at a time, %d answers of the fallback, %d failures, back %d ms after the end,"
                        + " %d writes%n",
                runs,
                OUTAGE.toMillis() / 50,
                OUTAGE.toSeconds(),
                refused.size(),
                opening,
                mostProbesAtOnce,
                fromFallback,
                failed,
                Duration.between(MENDED, back).toMillis(),
                store.writes());
        assertThat(failed).isZero();
        assertThat(failedBeforeRest).as("failures until the breaker opened").isEqualTo(FAILURES);
        assertThat(opening - FAILURES)
                .as("calls of instances that had yet to hear of it, or were on their way")
                .isLessThanOrEqualTo(2 * INSTANCES);
        assertThat(refused.size() - opening).isLessThanOrEqualTo(OUTAGE.dividedBy(REST));
        assertThat(mostProbesAtOnce).isEqualTo(1);
        assertThat(Duration.between(MENDED, back)).isLessThan(REST.plusSeconds(1));
        assertThat(fromFallback).isGreaterThan(5_900);
    }

    @Test
    void withoutAFallbackRunsFailAtOnceUntilItIsBack() {
        go(List.of());

        assertThat(failed).isBetween(5_900, 6_600);
        assertThat(refused).hasSizeLessThan(2 * FAILURES + INSTANCES + 10);
    }
}
