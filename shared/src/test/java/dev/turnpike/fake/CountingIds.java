package dev.turnpike.fake;

import dev.turnpike.conversation.Ids;
import java.util.concurrent.atomic.AtomicLong;

/// 1, 2, 3, … in 26 characters.
public final class CountingIds implements Ids {
    private final AtomicLong last = new AtomicLong();

    @Override
    public String next() {
        return "%026d".formatted(last.incrementAndGet());
    }
}
