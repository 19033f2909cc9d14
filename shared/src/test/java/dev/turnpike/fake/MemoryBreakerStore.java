package dev.turnpike.fake;

import dev.turnpike.provider.BreakerStore;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/// What a table would know, and how often it was written to.
public final class MemoryBreakerStore implements BreakerStore {
    private final Map<String, State> states = new HashMap<>();
    private final Map<String, Instant> counted = new HashMap<>();
    private int writes;

    @Override
    public synchronized State read(String target) {
        return states.getOrDefault(target, State.GOOD);
    }

    @Override
    public synchronized State failed(String target, Instant now, Instant countedUntil) {
        State before = read(target);
        boolean goesOn = counted.getOrDefault(target, Instant.EPOCH).isAfter(now);
        if (!goesOn) {
            counted.put(target, countedUntil);
        }
        return put(target, new State(goesOn ? before.failures() + 1 : 1, before.restUntil(), before.probeUntil()));
    }

    @Override
    public synchronized void rest(String target, State seen, Instant until) {
        if (read(target).restUntil().equals(seen.restUntil())) {
            put(target, new State(0, until, Instant.EPOCH));
        }
    }

    @Override
    public synchronized boolean probe(String target, State seen, Instant now, Instant until) {
        State before = read(target);
        if (!before.restUntil().equals(seen.restUntil()) || before.probeUntil().isAfter(now)) {
            return false;
        }
        put(target, new State(before.failures(), before.restUntil(), until));
        return true;
    }

    @Override
    public synchronized void good(String target, State seen) {
        if (read(target).restUntil().equals(seen.restUntil())) {
            put(target, State.GOOD);
        }
    }

    private State put(String target, State state) {
        writes++;
        states.put(target, state);
        return state;
    }

    public synchronized int writes() {
        return writes;
    }
}
