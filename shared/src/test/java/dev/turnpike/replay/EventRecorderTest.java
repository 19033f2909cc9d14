package dev.turnpike.replay;

import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.PortCalls.Fault;
import dev.turnpike.fake.PortCalls.ProcessDied;
import dev.turnpike.fake.Workbench;
import dev.turnpike.model.Deadline;
import dev.turnpike.replay.EventLog.Batch;
import dev.turnpike.run.Run;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class EventRecorderTest {
    private static final int MANY = 500;

    private final CountedTool look = CountedTool.readOnly("look");
    private final Recorded recorded = new Recorded(look);
    private final Workbench bench = recorded.bench;

    @Test
    void theStoredStreamIsThatOfTheStoredResponse() throws IOException {
        bench.model.plays(calls("look"), says("Do", "ne."));
        bench.post(Recorded.HELLO);
        bench.work();
        ShownStream stream = recorded.read(-1);
        assertThat(stream.types())
                .startsWith("created", "in_progress")
                .contains("mcp_call.completed")
                .endsWith("completed");
        assertThat(stream.output())
                .isEqualTo(recorded.stored().path("output").valueStream().toList());
        assertThat(stream.events.getLast().path("response")).isEqualTo(recorded.stored());
        assertThat(stream.ended()).isTrue();
    }

    @Test
    void aQuickModelIsStoredTwiceASecondAndOnceAtTheEnd() {
        bench.model.plays(says(pieces()).beforeEach(() -> bench.clock.advance(Duration.ofMillis(10))));
        Run run = bench.post(Recorded.HELLO);
        bench.work();
        List<Instant> times = bench.log.times(run.key());
        assertThat(times).hasSizeBetween(8, 12);
        for (int i = 0; i + 2 < times.size() - 1; i++) {
            assertThat(Duration.between(times.get(i), times.get(i + 2)))
                    .as("three writes from %s on", times.get(i))
                    .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        }
    }

    private static String[] pieces() {
        return IntStream.range(0, MANY).mapToObj(i -> i + " ").toArray(String[]::new);
    }

    @Test
    void whatASilentModelSaidLastIsStoredWhenTimePasses() {
        Run run = bench.post(Recorded.HELLO);
        var taken = new EventRecorder(bench.log, recorded.responses, bench.retention, bench.clock);
        var halfSaid = new StringBuilder();
        bench.model.plays(says("Half an").meanwhile(() -> {
            taken.tick();
            assertThat(text(run)).doesNotContain("Half an");
            bench.clock.advance(Duration.ofMillis(500));
            taken.tick();
            halfSaid.append(text(run));
        }));
        var _ = bench.engine.advance(run.message(), Deadline.in(Workbench.INVOCATION, bench.clock), taken);
        assertThat(halfSaid.toString()).contains("Half an");
    }

    private String text(Run run) {
        var text = new StringBuilder();
        bench.log.batches(run.key()).forEach(batch -> text.append(batch.events()));
        return text.toString();
    }

    @Test
    void aRunThatIsNotRecordedCostsTheLogNothing() {
        bench.post("{\"input\": \"Hello\", \"background\": true}");
        bench.work();
        assertThat(bench.calls.made()).doesNotContain("upTo", "append", "from");
    }

    @Test
    @DisplayName("Row 12: what an attempt showed that died is void, and the next one tells what counts")
    void whatADeadAttemptShowedIsVoid() throws IOException {
        bench.model.plays(
                calls("look"),
                says("Hel", "lo")
                        .beforeEach(() -> bench.clock.advance(Duration.ofSeconds(1)))
                        .dying(),
                says("Hello."));
        bench.post(Recorded.HELLO);
        bench.work();
        assertThat(text(bench.only())).contains("\"delta\":\"Hel\"");
        bench.recover();
        ShownStream stream = recorded.read(-1);
        assertThat(stream.count("in_progress")).isEqualTo(2);
        assertThat(stream.count("created")).isEqualTo(1);
        assertThat(stream.output())
                .isEqualTo(recorded.stored().path("output").valueStream().toList());
        assertThat(stream.output()).hasSize(2);
        assertThat(stream.events.getLast().path("response")).isEqualTo(recorded.stored());
    }

    @Test
    @DisplayName("Row 16: a holder that was fenced out adds nothing to the stream once another has")
    void aFencedOutHolderAddsNothing() throws IOException {
        var second = new Runnable() {
            private Run run = bench.post(Recorded.HELLO);

            @Override
            public void run() {
                bench.clock.advance(Duration.ofMinutes(5));
                var _ = bench.deliver(run.message());
            }
        };
        bench.model.plays(says("Frozen", " and", " awake").meanwhile(second), says("Mine."));
        bench.work();
        List<Batch> batches = bench.log.batches(bench.only().key());
        assertThat(batches).extracting(Batch::writer).isSorted().contains(1L, 2L);
        assertThat(batches.getLast().last()).isTrue();
        ShownStream stream = recorded.read(-1);
        assertThat(stream.output()).hasSize(1);
        assertThat(stream.events.getLast().path("response")).isEqualTo(recorded.stored());
        assertThat(bench.said(bench.only())).isEqualTo("Mine.");
    }

    /// Whatever goes wrong at whatever port: the stream ends, is one, and shows what was committed.
    @TestFactory
    List<DynamicTest> aStreamSurvivesAnyFault() throws IOException {
        var rehearsal = new Story();
        rehearsal.take();
        List<String> made = rehearsal.recorded.bench.calls.made();
        List<DynamicTest> tests = new ArrayList<>();
        for (int number = 0; number < made.size(); number++) {
            for (Fault fault : Fault.values()) {
                int hit = number;
                tests.add(DynamicTest.dynamicTest(
                        "%s at call %d, %s".formatted(fault, number, made.get(number)), () -> survives(hit, fault)));
            }
        }
        return tests;
    }

    private static final class Story {
        final Recorded recorded = new Recorded(CountedTool.readOnly("look"));

        Story() {
            recorded.bench.model.plays(
                    calls("look"),
                    says("Do", "ne.").beforeEach(() -> recorded.bench.clock.advance(Duration.ofSeconds(1))));
        }

        void take() {
            recorded.bench.post(Recorded.HELLO);
            recorded.bench.work();
        }
    }

    private static void survives(int hit, Fault fault) throws IOException {
        var story = new Story();
        Workbench bench = story.recorded.bench;
        bench.calls.hit(hit, fault);
        bench.calls.whileHanging(_ -> bench.clock.advance(Workbench.INVOCATION));
        try {
            story.take();
        } catch (RuntimeException | ProcessDied _) {
            // Whoever asked is told, or is gone.
        }
        if (bench.store.runs().isEmpty()) {
            return;
        }
        bench.recover();
        ShownStream stream = story.recorded.read(-1);
        assertThat(stream.ended()).isTrue();
        assertThat(stream.output())
                .isEqualTo(story.recorded.stored().path("output").valueStream().toList());
        assertThat(stream.events.getLast().path("response")).isEqualTo(story.recorded.stored());
        assertThat(story.recorded.read(-1).withoutComments()).isEqualTo(stream.withoutComments());
    }
}
