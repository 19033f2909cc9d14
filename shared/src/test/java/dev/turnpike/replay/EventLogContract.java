package dev.turnpike.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.fake.SettableClock;
import dev.turnpike.replay.EventLog.Batch;
import dev.turnpike.run.RunKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What every log does.
public abstract class EventLogContract {
    private static final RunKey RUN = new RunKey(new ConversationKey("tenant-1", "a".repeat(26)), "1".repeat(26));
    private static final RunKey OTHER = new RunKey(RUN.conversation(), "2".repeat(26));

    private final SettableClock clock = new SettableClock(Instant.parse("2026-11-01T12:00:00Z"));
    private EventLog log;

    /// An empty one.
    protected abstract EventLog open(InstantSource clock);

    /// A conversation that existed is deleted.
    protected abstract void delete(ConversationKey conversation, Instant now);

    @BeforeEach
    void openLog() {
        log = open(clock);
    }

    @Test
    void batchesAreReadAsTheyWereWrittenAndInOrder() {
        List<Batch> written = List.of(batch(0, 2, 1), batch(2, 9, 1), batch(9, 10, 2), batch(10, 123, 2));
        written.forEach(batch -> assertThat(append(batch)).isTrue());
        assertThat(all(RUN, 0)).isEqualTo(written);
        assertThat(all(RUN, 9)).isEqualTo(written.subList(2, 4));
        assertThat(log.end(RUN)).isEqualTo(123);
        assertThat(all(OTHER, 0)).isEmpty();
        assertThat(log.end(OTHER)).isZero();
    }

    @Test
    void aBatchIsFoundByAnyEventInIt() {
        append(batch(0, 2, 1));
        append(batch(2, 9, 1));
        assertThat(log.upTo(RUN, 0)).contains(batch(0, 2, 1));
        assertThat(log.upTo(RUN, 1)).contains(batch(0, 2, 1));
        assertThat(log.upTo(RUN, 2)).contains(batch(2, 9, 1));
        assertThat(log.upTo(RUN, 8)).contains(batch(2, 9, 1));
        assertThat(log.upTo(RUN, 4_000_000_000L)).contains(batch(2, 9, 1));
    }

    @Test
    void aPlaceIsTakenOnce() {
        append(batch(0, 2, 1));
        assertThat(append(batch(0, 3, 2))).isFalse();
        assertThat(all(RUN, 0)).containsExactly(batch(0, 2, 1));
    }

    @Test
    void aWriterWhoWasNotAnsweredMayWriteAgain() {
        append(batch(0, 2, 1));
        assertThat(append(batch(0, 2, 1))).isTrue();
        assertThat(all(RUN, 0)).containsExactly(batch(0, 2, 1));
    }

    @Test
    void theLastBatchSaysSo() {
        append(new Batch(0, 1, -1, true, "x\n\n"));
        assertThat(log.upTo(RUN, 0)).hasValueSatisfying(batch -> {
            assertThat(batch.last()).isTrue();
            assertThat(batch.writer()).isEqualTo(-1);
        });
    }

    /// Of what can't be compressed, 2 MB need several rows.
    @ParameterizedTest
    @ValueSource(ints = {10_000, 100_000, 2_000_000})
    void aLongBatchComesBackToTheByte(int characters) {
        var random = new Random(characters);
        var text = new StringBuilder("data: é😀\u2028 ");
        random.ints(characters, ' ', 0x800).forEach(c -> text.append((char) c));
        var batch = new Batch(0, 1, 1, false, text.append("\n\n").toString());
        assertThat(append(batch)).isTrue();
        assertThat(append(batch(1, 2, 1))).isTrue();
        assertThat(all(RUN, 0)).containsExactly(batch, batch(1, 2, 1));
        assertThat(log.end(RUN)).isEqualTo(2);
    }

    @Test
    void whatHasExpiredIsNotThere() {
        append(batch(0, 2, 1));
        clock.advance(Duration.ofHours(1));
        assertThat(log.upTo(RUN, 0)).isEmpty();
        assertThat(all(RUN, 0)).isEmpty();
    }

    @Test
    void ofADeletedConversationNothingIsKept() {
        append(batch(0, 2, 1));
        delete(RUN.conversation(), clock.instant());
        assertThat(log.end(RUN)).isZero();

        assertThat(append(batch(2, 9, 1))).isFalse();
        assertThat(append(batch(0, 2, 2))).isFalse();

        assertThat(all(RUN, 0)).isEmpty();
    }

    private boolean append(Batch batch) {
        return log.append(RUN, batch, Instant.parse("2026-11-01T13:00:00Z"));
    }

    private static Batch batch(long first, long next, long writer) {
        return new Batch(first, next, writer, false, "data: " + first + "\n\n".repeat((int) (next - first)));
    }

    /// As a reader comes to them, read by read.
    private List<Batch> all(RunKey run, long from) {
        List<Batch> all = new ArrayList<>();
        List<Batch> some = log.from(run, from);
        while (!some.isEmpty()) {
            all.addAll(some);
            some = log.from(run, some.getLast().next());
        }
        return all;
    }
}
