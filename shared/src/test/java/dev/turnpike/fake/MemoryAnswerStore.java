package dev.turnpike.fake;

import dev.turnpike.cache.AnswerStore;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Cached answers in memory, for as many instances as share it.
public final class MemoryAnswerStore implements AnswerStore {
    private final Map<Question, Entry> entries = new HashMap<>();

    /// Whether every access fails.
    public boolean down;

    /// The places that are not free, or were not.
    public synchronized List<Question> keys() {
        return List.copyOf(entries.keySet());
    }

    /// @param answer null while it is asked for
    private record Entry(
            String holder, Instant until, @Nullable String answer) {}

    @Override
    public synchronized Place look(Question key, Instant now) {
        requireUp();
        Entry entry = entries.get(key);
        if (entry == null || !entry.until.isAfter(now)) {
            return new Place.Free();
        }
        return entry.answer == null ? new Place.Claimed(entry.holder, entry.until) : new Place.Answered(entry.answer);
    }

    @Override
    public synchronized Place claim(Question key, String holder, Instant until, Instant now) {
        Place there = look(key, now);
        if (!(there instanceof Place.Free)) {
            return there;
        }
        entries.put(key, new Entry(holder, until, null));
        return new Place.Claimed(holder, until);
    }

    @Override
    public synchronized boolean prolong(Question key, String holder, Instant until) {
        return replace(key, holder, new Entry(holder, until, null));
    }

    @Override
    public synchronized boolean keep(Question key, String holder, String answer, Instant expiresAt) {
        return replace(key, holder, new Entry("", expiresAt, answer));
    }

    @Override
    public synchronized void release(Question key, String holder) {
        requireUp();
        Entry entry = entries.get(key);
        if (entry != null && entry.holder.equals(holder)) {
            entries.remove(key);
        }
    }

    private boolean replace(Question key, String holder, Entry entry) {
        requireUp();
        Entry before = entries.get(key);
        if (before == null || !before.holder.equals(holder)) {
            return false;
        }
        entries.put(key, entry);
        return true;
    }

    private void requireUp() {
        if (down) {
            throw new IllegalStateException("down");
        }
    }
}
