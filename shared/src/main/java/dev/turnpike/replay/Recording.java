package dev.turnpike.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.conversation.Item;
import dev.turnpike.replay.EventLog.Batch;
import dev.turnpike.responses.ResponseEvents;
import dev.turnpike.responses.ResponseWriter;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.RunKey;
import dev.turnpike.sse.SseWriter;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The stream of one run, written by one writer from where the log ends: rendered at once, stored when asked to.
final class Recording {
    private final EventLog log;
    private final RunKey run;
    private final long writer;
    private final Instant expiresAt;
    private final ByteArrayOutputStream rendered = new ByteArrayOutputStream();
    private final ResponseEvents events;
    private long first;
    private boolean ended;
    private @Nullable Batch unsure;

    /// @param from where the log ends
    Recording(EventLog log, ResponseWriter responses, Run run, long writer, long from, Instant expiresAt) {
        this.log = log;
        this.run = run.key();
        this.writer = writer;
        this.expiresAt = expiresAt;
        this.events = new ResponseEvents(new SseWriter(rendered), responses);
        this.first = from;
    }

    /// A run has been created and waits.
    void queued(Run created) {
        events.queued(created);
    }

    /// @param output what the run has committed; whatever else the stream has shown is void from here on
    void resume(Run taken, List<Item> output) {
        events.resume(taken, first, output);
    }

    void accept(RunEvent event) {
        events.accept(event);
        ended = event instanceof RunEvent.Ended;
    }

    /// Whether there is something to store.
    boolean pending() {
        return unsure != null || rendered.size() > 0;
    }

    /// Stores one batch. One whose fate is not known is written again as it was, before anything after it.
    ///
    /// @return false when another has gone on with the log: nothing of this writer can follow
    boolean store() {
        if (unsure == null) {
            unsure = new Batch(first, events.next(), writer, ended, rendered.toString(UTF_8));
            first = events.next();
            rendered.reset();
        }
        boolean stored = log.append(run, unsure, expiresAt);
        unsure = null;
        return stored;
    }
}
