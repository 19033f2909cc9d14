package dev.turnpike.replay;

import dev.turnpike.conversation.ConversationStore;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.model.Deadline;
import dev.turnpike.replay.EventLog.Batch;
import dev.turnpike.responses.ResponseWriter;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.RunStore;
import dev.turnpike.sse.SseWriter;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Shows the stream of a run from the log alone: whoever else serves the run, and on which machine, does not matter.
public final class StreamReplay {
    private static final Duration BETWEEN_READS = Duration.ofMillis(500);
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    /// When nothing has come for so long, the run is asked how it is. Whoever ended it writes the end of its stream
    /// sooner than this, if at all.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final long CREATOR = 0;
    private static final long READER = -1;

    private final EventLog log;
    private final RunStore runs;
    private final ConversationStore conversations;
    private final ResponseWriter responses;
    private final Retention retention;
    private final InstantSource clock;
    private final Consumer<Duration> pause;

    /// @param pause lets that much time pass
    public StreamReplay(
            EventLog log,
            RunStore runs,
            ConversationStore conversations,
            ResponseWriter responses,
            Retention retention,
            InstantSource clock,
            Consumer<Duration> pause) {
        this.log = log;
        this.runs = runs;
        this.conversations = conversations;
        this.responses = responses;
        this.retention = retention;
        this.clock = clock;
        this.pause = pause;
    }

    /// Whether the run's events are there to be shown.
    public boolean kept(Run run) {
        return run.request().recorded() && clock.instant().isBefore(retention.until(run));
    }

    /// Begins the stream of a run that has just been created and waits, so that its reader knows its id at once. If the
    /// run has been taken already, that began it.
    public void begin(Run run) {
        var recording = new Recording(log, responses, run, CREATOR, 0, retention.until(run));
        recording.queued(run);
        var _ = recording.store();
    }

    /// Writes the events after the one of that number, those that are stored and then those that come, to the end of
    /// the stream; or until the deadline, and then without an end.
    ///
    /// @param after -1 for all
    /// @throws IOException the reader has gone
    public void follow(Run run, long after, SseWriter sse, Deadline deadline) throws IOException {
        var reading = new Reading(run, after, sse);
        while (!reading.ended && !deadline.passed()) {
            List<Batch> batches = log.from(run.key(), reading.at);
            for (Batch batch : batches) {
                reading.show(batch);
            }
            if (batches.isEmpty() && reading.goesOn()) {
                pause.accept(BETWEEN_READS);
            }
        }
    }

    /// How far a reader has come.
    private final class Reading {
        private final Run run;
        private final long after;
        private final SseWriter sse;
        private long at;
        private boolean ended;
        private Instant heard = clock.instant();
        private Instant written = Instant.EPOCH;

        /// Begins with the batch that holds what comes next, or with the last there is.
        Reading(Run run, long after, SseWriter sse) {
            this.run = run;
            this.after = after;
            this.sse = sse;
            this.at = log.upTo(run.key(), after + 1).map(Batch::first).orElse(0L);
        }

        void show(Batch batch) throws IOException {
            String events = batch.after(after);
            if (!events.isEmpty()) {
                sse.events(events);
                written = clock.instant();
            }
            at = batch.next();
            ended = batch.last();
            heard = clock.instant();
        }

        /// Nothing has come. Shows that somebody is there, at first at once, and looks after the run if it takes long.
        boolean goesOn() throws IOException {
            if (passed(KEEP_ALIVE, written)) {
                sse.keepAlive();
                written = clock.instant();
            }
            if (passed(PATIENCE, heard)) {
                heard = clock.instant();
                ended = !lookAfter(run, at);
            }
            return !ended;
        }
    }

    private boolean passed(Duration time, Instant since) {
        return Duration.between(since, clock.instant()).compareTo(time) >= 0;
    }

    /// @param end where the log ends
    /// @return false when the run has been deleted
    private boolean lookAfter(Run run, long end) {
        Optional<Run> now = runs.find(run.key());
        now.filter(this::endedLongAgo).ifPresent(ended -> end(ended, end));
        return now.isPresent();
    }

    private boolean endedLongAgo(Run run) {
        Instant ended = run.endedAt();
        return run.status().terminal() && ended != null && passed(PATIENCE, ended);
    }

    /// Nobody came to write how the stream ends: the holder died after its last commit, or the run ended without one.
    /// All who read this try, and one of them succeeds.
    private void end(Run run, long end) {
        List<Item> output = conversations.range(run.key().conversation(), run.inputEnd(), run.endSeq()).stream()
                .map(StoredItem::item)
                .toList();
        var recording = new Recording(log, responses, run, READER, end, retention.until(run));
        recording.resume(run, output);
        recording.accept(new RunEvent.Ended(run));
        var _ = recording.store();
    }
}
