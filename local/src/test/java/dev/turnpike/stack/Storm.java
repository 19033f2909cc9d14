package dev.turnpike.stack;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import dev.turnpike.trigger.BatchFunction;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/// Kills processes with signal 9 and delivers messages twice.
final class Storm implements AutoCloseable {
    private static final int EVERY_THIRD = 3;
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(2);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1);
    private final AtomicInteger deliveries = new AtomicInteger();
    private final AtomicInteger duplicates = new AtomicInteger();
    private final AtomicInteger kills = new AtomicInteger();

    /// Every third batch comes a second time while the first is served. What becomes of the second is nobody's
    /// business,
    /// as when a queue delivers a message again that is acknowledged already.
    BatchFunction delivering(BatchFunction worker) {
        return batch -> {
            if (deliveries.incrementAndGet() % EVERY_THIRD == 0) {
                duplicates.incrementAndGet();
                Thread.ofVirtual().start(() -> serveAgain(worker, batch));
            }
            return worker.serve(batch);
        };
    }

    private static void serveAgain(BatchFunction worker, SQSEvent batch) {
        try {
            SQSBatchResponse _ = worker.serve(batch);
        } catch (Exception _) {
            // Killed.
        }
    }

    /// Kills one process after the other whose command line names a class, for so long.
    void killing(String mainClass, Duration duration) throws InterruptedException {
        var left = new CountDownLatch(Math.toIntExact(duration.dividedBy(BETWEEN_KILLS)));
        var killing = clock.scheduleAtFixedRate(
                () -> {
                    kill(mainClass);
                    left.countDown();
                },
                BETWEEN_KILLS.toMillis(),
                BETWEEN_KILLS.toMillis(),
                TimeUnit.MILLISECONDS);
        left.await();
        killing.cancel(false);
    }

    /// The one that lives longest: it is not just starting.
    private void kill(String mainClass) {
        List<ProcessHandle> alive = ProcessHandle.current()
                .children()
                .filter(child -> child.info().commandLine().orElse("").contains(mainClass))
                .sorted((one, other) -> one.info()
                        .startInstant()
                        .orElseThrow()
                        .compareTo(other.info().startInstant().orElseThrow()))
                .toList();
        if (!alive.isEmpty() && alive.getFirst().destroyForcibly()) {
            kills.incrementAndGet();
        }
    }

    /// Looks now and then until it is so.
    void until(BooleanSupplier so) throws Exception {
        while (!clock.schedule(so::getAsBoolean, BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS)
                .get()) {
            // Looks again.
        }
    }

    int deliveries() {
        return deliveries.get();
    }

    int duplicates() {
        return duplicates.get();
    }

    int kills() {
        return kills.get();
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
