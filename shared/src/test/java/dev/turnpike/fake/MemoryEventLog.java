package dev.turnpike.fake;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.replay.EventLog;
import dev.turnpike.run.RunKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Stream events in memory. A read gives two batches at most, so that nobody takes one read for all there is.
public final class MemoryEventLog implements EventLog {
    private static final int AT_ONCE = 2;

    private final InstantSource clock;
    private final PortCalls calls;
    private final Map<RunKey, TreeMap<Long, Kept>> runs = new HashMap<>();
    private final Set<ConversationKey> deleted = new HashSet<>();

    public MemoryEventLog(InstantSource clock, PortCalls calls) {
        this.clock = clock;
        this.calls = calls;
    }

    private record Kept(Batch batch, Instant writtenAt, Instant expiresAt) {}

    @Override
    public boolean append(RunKey run, Batch batch, Instant expiresAt) {
        return calls.through("append", () -> {
            synchronized (this) {
                if (deleted.contains(run.conversation())) {
                    return false;
                }
                Kept there = runs.computeIfAbsent(run, _ -> new TreeMap<>())
                        .putIfAbsent(batch.first(), new Kept(batch, clock.instant(), expiresAt));
                return there == null || there.batch().writer() == batch.writer();
            }
        });
    }

    @Override
    public Optional<Batch> upTo(RunKey run, long event) {
        return calls.through("upTo", () -> {
            List<Batch> before = kept(run, 0, event);
            return before.isEmpty() ? Optional.empty() : Optional.of(before.getLast());
        });
    }

    @Override
    public List<Batch> from(RunKey run, long event) {
        return calls.through(
                "from",
                () -> kept(run, event, MOST_EVENTS).stream().limit(AT_ONCE).toList());
    }

    private synchronized List<Batch> kept(RunKey run, long from, long to) {
        return runs.getOrDefault(run, new TreeMap<>()).subMap(from, true, to, true).values().stream()
                .filter(kept -> kept.expiresAt().isAfter(clock.instant()))
                .map(Kept::batch)
                .toList();
    }

    /// The streams of a conversation go with it, and none comes after.
    public synchronized void delete(ConversationKey conversation) {
        deleted.add(conversation);
        runs.keySet().removeIf(run -> run.conversation().equals(conversation));
    }

    /// When each batch was written.
    public synchronized List<Instant> times(RunKey run) {
        return runs.getOrDefault(run, new TreeMap<>()).values().stream()
                .map(Kept::writtenAt)
                .toList();
    }

    /// Everything that is kept of a run's stream.
    public synchronized List<Batch> batches(RunKey run) {
        return kept(run, 0, MOST_EVENTS);
    }
}
