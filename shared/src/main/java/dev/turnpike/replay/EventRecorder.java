package dev.turnpike.replay;

import dev.turnpike.conversation.Item;
import dev.turnpike.responses.ResponseWriter;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Watches a run and stores its stream, if it is one to be stored, twice a second at most.
///
/// The run does not depend on it: what can't be stored is missing in the stream, which then says so by its next
/// `response.in_progress`.
public final class EventRecorder implements Consumer<RunEvent>, AutoCloseable {
    private static final Duration BETWEEN_WRITES = Duration.ofMillis(500);

    /// The run waits for each try.
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

    /// The holder before, if it does not know yet that it has lost the run, may write in between; twice a second.
    private static final int MOST_TRIES = 5;

    private final EventLog log;
    private final ResponseWriter responses;
    private final Retention retention;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread ticker;
    private @Nullable Recording recording;
    private Instant due = Instant.EPOCH;

    /// One that stores when something happens, and when it is told that time passes.
    public EventRecorder(EventLog log, ResponseWriter responses, Retention retention, InstantSource clock) {
        this.log = log;
        this.responses = responses;
        this.retention = retention;
        this.clock = clock;
    }

    /// One that notices by itself that time passes, until it is closed.
    public static EventRecorder ticking(
            EventLog log, ResponseWriter responses, Retention retention, InstantSource clock) {
        var recorder = new EventRecorder(log, responses, retention, clock);
        recorder.ticker = Thread.ofVirtual().name("event-recorder").unstarted(recorder::ticks);
        return recorder;
    }

    private void ticks() {
        while (!Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(this, BETWEEN_WRITES.toNanos());
            tick();
        }
    }

    @Override
    public void accept(RunEvent event) {
        lock.lock();
        try {
            if (event instanceof RunEvent.Taken(Run run, List<Item> output)) {
                take(run, output);
            } else if (recording != null) {
                recording.accept(event);
                storeIfDue();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Time has passed.
    void tick() {
        lock.lock();
        try {
            storeIfDue();
        } finally {
            lock.unlock();
        }
    }

    private void take(Run run, List<Item> output) {
        if (!run.request().recorded()) {
            return;
        }
        try {
            recording = begun(run, output);
        } catch (StoreUnavailableException _) {
            // The stream shows nothing of this holder; the next one, or the end, tells of what it has committed.
        }
        due = clock.instant().plus(BETWEEN_WRITES);
        if (recording != null && ticker != null) {
            ticker.start();
        }
    }

    /// The first batch is stored at once: it closes the log to the holder before.
    private @Nullable Recording begun(Run run, List<Item> output) {
        for (int i = 0; i < MOST_TRIES; i++) {
            long end = log.end(run.key());
            var next = new Recording(log, responses, run, run.fence(), end, retention.until(run));
            next.resume(run, output);
            if (next.store()) {
                return next;
            }
        }
        return null;
    }

    private void storeIfDue() {
        if (recording != null && recording.pending() && !clock.instant().isBefore(due)) {
            store(recording);
        }
    }

    private boolean store(Recording open) {
        try {
            boolean ours = open.store();
            if (!ours) {
                recording = null;
            }
            due = clock.instant().plus(BETWEEN_WRITES);
            return ours;
        } catch (StoreUnavailableException _) {
            due = clock.instant().plus(AFTER_FAILURE);
            return false;
        }
    }

    /// The run is somebody else's now, or has been deleted: what is not stored is not to be.
    public void forget() {
        lock.lock();
        try {
            recording = null;
        } finally {
            lock.unlock();
        }
    }

    /// Stores the rest.
    @Override
    public void close() {
        lock.lock();
        try {
            boolean going = true;
            while (going && recording != null && recording.pending()) {
                going = store(recording);
            }
            recording = null;
        } finally {
            lock.unlock();
        }
        if (ticker != null) {
            ticker.interrupt();
        }
    }
}
