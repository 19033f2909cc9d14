package dev.turnpike.fake;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// Time as the test says.
public final class SettableClock implements InstantSource {
    private Instant now;

    public SettableClock(Instant now) {
        this.now = now;
    }

    @Override
    public synchronized Instant instant() {
        return now;
    }

    public synchronized void advance(Duration by) {
        now = now.plus(by);
    }

    /// Time never goes back.
    public synchronized void advanceTo(Instant to) {
        if (to.isAfter(now)) {
            now = to;
        }
    }
}
