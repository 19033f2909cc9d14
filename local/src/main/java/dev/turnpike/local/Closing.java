package dev.turnpike.local;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// What has been started, to be closed in the opposite order, all of it, whatever fails on the way.
public final class Closing implements AutoCloseable {
    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    public synchronized <T extends AutoCloseable> T add(T part) {
        started.push(part);
        return part;
    }

    @Override
    public void close() {
        for (AutoCloseable part = next(); part != null; part = next()) {
            try {
                part.close();
            } catch (Exception e) {
                System.err.printf("%s did not close: %s%n", part.getClass().getSimpleName(), e);
            }
        }
    }

    private synchronized @Nullable AutoCloseable next() {
        return started.poll();
    }
}
