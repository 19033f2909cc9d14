package dev.turnpike.fake;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Semaphore;

/// Many at once in a time that passes only while all of them wait. One runs at a time, in the order in which they are
/// due, so that every run of a test is the same.
public final class VirtualTime implements InstantSource {
    private final PriorityQueue<Due> due =
            new PriorityQueue<>(Comparator.comparing(Due::at).thenComparingLong(Due::number));
    private final Semaphore idle = new Semaphore(0);
    private Instant now;
    private long numbers;

    public VirtualTime(Instant start) {
        this.now = start;
    }

    private record Due(Instant at, long number, Runnable resume) {}

    @Override
    public Instant instant() {
        return now;
    }

    /// Begins something at a time.
    public void at(Instant start, Runnable work) {
        wake(
                start,
                () -> Thread.ofVirtual().start(() -> {
                    try {
                        work.run();
                    } finally {
                        idle.release();
                    }
                }));
    }

    /// Waits, within what was begun here.
    public void pause(Duration wait) {
        var turn = new Semaphore(0);
        wake(now.plus(wait), turn::release);
        idle.release();
        turn.acquireUninterruptibly();
    }

    private void wake(Instant at, Runnable resume) {
        due.add(new Due(at, numbers++, resume));
    }

    /// Lets time pass until nobody waits any more.
    public void run() {
        while (!due.isEmpty()) {
            Due next = due.remove();
            now = next.at();
            next.resume().run();
            idle.acquireUninterruptibly();
        }
    }
}
