package dev.turnpike.run;

import dev.turnpike.fake.MemoryQueue;
import dev.turnpike.fake.MemoryQueue.Delivery;
import dev.turnpike.fake.PortCalls;
import dev.turnpike.fake.SettableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;

class MemoryQueueTest extends StepQueueContract {
    @Override
    protected Ends open() {
        return new Memory();
    }

    private static final class Memory implements Ends {
        private final SettableClock clock = new SettableClock(Instant.parse("2026-11-01T12:00:00Z"));
        private final Random any = new Random(1);
        private final MemoryQueue queue = new MemoryQueue(clock, new PortCalls());

        @Override
        public StepQueue queue() {
            return queue;
        }

        @Override
        public Optional<Received> receive(Duration patience) {
            Instant end = clock.instant().plus(patience);
            queue.nextDue().filter(due -> !due.isAfter(end)).ifPresent(clock::advanceTo);
            Optional<Delivery> delivery = queue.receive(any);
            if (delivery.isEmpty()) {
                clock.advanceTo(end);
            }
            return delivery.map(taken -> new Received(taken.message(), taken));
        }

        @Override
        public void acknowledge(Received received) {
            // Taken is gone.
        }

        @Override
        public void comeAgain(Received received, Duration after) {
            queue.putBack((Delivery) received.handle(), clock.instant().plus(after));
        }

        @Override
        public int deadLetters() {
            return queue.deadLetters().size();
        }
    }
}
