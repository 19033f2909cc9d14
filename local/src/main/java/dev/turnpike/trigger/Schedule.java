package dev.turnpike.trigger;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Calls a function at a fixed rate, as EventBridge does with a `rate(...)` schedule. A call that fails is told and
/// does
/// not stop the next.
public final class Schedule implements AutoCloseable {
    private final ScheduledExecutorService clock;

    private Schedule(ScheduledExecutorService clock) {
        this.clock = clock;
    }

    public static Schedule every(Duration interval, String name, Runnable function) {
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
                Thread.ofVirtual().name(name).factory());
        long nanos = interval.toNanos();
        var _ = clock.scheduleAtFixedRate(() -> call(name, function), nanos, nanos, TimeUnit.NANOSECONDS);
        return new Schedule(clock);
    }

    private static void call(String name, Runnable function) {
        try {
            function.run();
        } catch (RuntimeException e) {
            System.err.printf("The %s failed, it is called again on schedule: %s%n", name, e);
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
