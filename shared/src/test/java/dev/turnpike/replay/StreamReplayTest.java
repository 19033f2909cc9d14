package dev.turnpike.replay;

import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Workbench;
import dev.turnpike.run.RunStatus;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StreamReplayTest {
    private final Recorded recorded = new Recorded(CountedTool.readOnly("look"));
    private final Workbench bench = recorded.bench;

    @BeforeEach
    void aRunWaits() {
        bench.post(Recorded.HELLO);
        recorded.replay(bench.clock::advance).begin(bench.only());
    }

    private void theModelTalks() {
        bench.model.plays(
                calls("look"),
                says("One ", "two ", "three.").beforeEach(() -> bench.clock.advance(Duration.ofMillis(400))));
    }

    @Test
    void aReaderKnowsTheResponseBeforeAnybodyTakesTheRun() throws IOException {
        ShownStream stream = recorded.read(-1, bench.clock::advance, Duration.ofSeconds(1));
        assertThat(stream.types()).containsExactly("created", "queued");
        assertThat(stream.events.getFirst().at("/response/id").asString())
                .isEqualTo(bench.only().key().responseId());
        assertThat(stream.ended()).isFalse();
    }

    @Test
    void whoeverReadsGetsTheSame() throws IOException {
        theModelTalks();
        ShownStream live = recorded.read(-1);
        assertThat(live.types()).startsWith("created", "queued", "in_progress").endsWith("completed");
        assertThat(live.events.getLast().path("response")).isEqualTo(recorded.stored());
        assertThat(recorded.read(-1).text).isEqualTo(live.withoutComments());
    }

    @Test
    void whatIsReadAfterAnyEventIsTheRest() throws IOException {
        theModelTalks();
        bench.work();
        String whole = recorded.read(-1).text;
        int from = 0;
        for (int event = 0; whole.indexOf("event: ", from) >= 0; event++) {
            from = whole.indexOf("\n\n", from) + 2;
            assertThat(recorded.read(event).text).as("after %d", event).isEqualTo(whole.substring(from));
        }
        assertThat(whole.substring(from)).isEqualTo("data: [DONE]\n\n");
        assertThat(recorded.read(5_000).text).isEqualTo("data: [DONE]\n\n");
    }

    @Test
    void aReaderWhoIsAheadWaitsForWhatComes() throws IOException {
        theModelTalks();
        String tail = recorded.read(6).withoutComments();
        assertThat(tail).contains("\"sequence_number\":7").doesNotContain("\"sequence_number\":6");
        assertThat(recorded.read(-1).text).endsWith(tail);
    }

    @Test
    void silenceIsFilledWithComments() throws IOException {
        String text = recorded.read(1, bench.clock::advance, Duration.ofSeconds(61)).text;
        assertThat(text).isEqualTo(ShownStream.KEEP_ALIVE.repeat(5));
    }

    @Test
    void aRunThatWasGivenUpEndsItsStreamsAsFailed() throws IOException {
        bench.model.plays(calls("look"), says("Hel", "lo").dying());
        bench.recover();
        assertThat(bench.only().status()).isEqualTo(RunStatus.FAILED);
        ShownStream stream = recorded.read(-1);
        assertThat(stream.types()).endsWith("in_progress", "error", "failed");
        assertThat(stream.output()).hasSize(1);
        assertThat(stream.ended()).isTrue();
        assertThat(recorded.read(-1).text).isEqualTo(stream.withoutComments());
    }

    @Test
    void eventsAreKeptForDaysAndNoLongerThanTheRun() {
        StreamReplay replay = recorded.replay(bench.clock::advance);
        assertThat(replay.kept(bench.only())).isTrue();
        bench.clock.advance(Duration.ofDays(3).minusSeconds(1));
        assertThat(replay.kept(bench.only())).isTrue();
        bench.clock.advance(Duration.ofSeconds(1));
        assertThat(replay.kept(bench.only())).isFalse();
        assertThat(new Retention(Duration.ofDays(1)).until(bench.only()))
                .isEqualTo(bench.only().createdAt().plus(Duration.ofDays(1)));
    }
}
