package dev.turnpike.fake;

import dev.turnpike.run.StepMessage;
import dev.turnpike.run.StepQueue;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A queue that keeps no order, delivers what is due, and delivers again what was not acknowledged.
public final class MemoryQueue implements StepQueue {
    private static final Duration LONGEST_DELAY = Duration.ofMinutes(15);

    private final InstantSource clock;
    private final PortCalls calls;
    private final List<Waiting> waiting = new ArrayList<>();
    private final List<StepMessage> sent = new ArrayList<>();

    public MemoryQueue(InstantSource clock, PortCalls calls) {
        this.clock = clock;
        this.calls = calls;
    }

    private record Waiting(StepMessage message, Instant due) {}

    @Override
    public void send(StepMessage message, Duration delay) {
        if (delay.isNegative() || delay.compareTo(LONGEST_DELAY) > 0) {
            throw new IllegalArgumentException("a queue delays by 0 to 15 minutes, not " + delay);
        }
        calls.through("send", () -> {
            synchronized (this) {
                sent.add(message);
                waiting.add(new Waiting(message, clock.instant().plus(delay)));
            }
        });
    }

    /// All messages ever sent.
    public synchronized List<StepMessage> sent() {
        return List.copyOf(sent);
    }

    /// Takes a message that is due: the latest sent, because nobody is promised the first.
    public synchronized Optional<StepMessage> receive() {
        for (int i = waiting.size() - 1; i >= 0; i--) {
            if (!waiting.get(i).due().isAfter(clock.instant())) {
                return Optional.of(waiting.remove(i).message());
            }
        }
        return Optional.empty();
    }

    /// The message was not acknowledged: it comes again.
    public synchronized void putBack(StepMessage message, Instant due) {
        waiting.add(new Waiting(message, due));
    }

    /// When the next message is due; empty when there is none.
    public synchronized Optional<Instant> nextDue() {
        return waiting.stream().map(Waiting::due).min(Instant::compareTo);
    }

    /// What was sent is lost.
    public synchronized void clear() {
        waiting.clear();
    }
}
