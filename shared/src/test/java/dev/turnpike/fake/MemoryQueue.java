package dev.turnpike.fake;

import dev.turnpike.run.RunRequest.Lane;
import dev.turnpike.run.StepMessage;
import dev.turnpike.run.StepQueue;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// A queue that keeps no order, delivers what is due, and delivers again what was not acknowledged, until it has done
/// so too often.
public final class MemoryQueue implements StepQueue {
    /// Deliveries after which a message is given up.
    private static final int MOST_RECEIVES = 20;

    private static final Duration LONGEST_DELAY = Duration.ofMinutes(15);

    private final InstantSource clock;
    private final PortCalls calls;
    private final List<Waiting> waiting = new ArrayList<>();
    private final List<StepMessage> sent = new ArrayList<>();
    private final List<Lane> lanes = new ArrayList<>();
    private final List<StepMessage> deadLetters = new ArrayList<>();

    public MemoryQueue(InstantSource clock, PortCalls calls) {
        this.clock = clock;
        this.calls = calls;
    }

    private record Waiting(StepMessage message, Instant due, int receives) {}

    /// A message in somebody's hands: gone, unless it is put back.
    ///
    /// @param receives how often it has been delivered, this time included
    public record Delivery(StepMessage message, int receives) {}

    @Override
    public void send(StepMessage message, Lane lane, Duration delay) {
        if (delay.isNegative() || delay.compareTo(LONGEST_DELAY) > 0) {
            throw new IllegalArgumentException("a queue delays by 0 to 15 minutes, not " + delay);
        }
        calls.through("send", () -> {
            synchronized (this) {
                sent.add(message);
                lanes.add(lane);
                waiting.add(new Waiting(message, clock.instant().plus(delay), 0));
            }
        });
    }

    /// All messages ever sent.
    public synchronized List<StepMessage> sent() {
        return List.copyOf(sent);
    }

    /// The lane of each of them.
    public synchronized List<Lane> lanes() {
        return List.copyOf(lanes);
    }

    /// Those that were given up.
    public synchronized List<StepMessage> deadLetters() {
        return List.copyOf(deadLetters);
    }

    /// Takes a message that is due: the latest sent, because nobody is promised the first.
    public synchronized Optional<StepMessage> receive() {
        return take(due().reversed()).map(Delivery::message);
    }

    /// Takes any of the messages that are due.
    public synchronized Optional<Delivery> receive(RandomGenerator any) {
        List<Waiting> due = due();
        return due.isEmpty() ? Optional.empty() : take(List.of(due.get(any.nextInt(due.size()))));
    }

    private List<Waiting> due() {
        return waiting.stream()
                .filter(message -> !message.due().isAfter(clock.instant()))
                .toList();
    }

    private Optional<Delivery> take(List<Waiting> candidates) {
        if (candidates.isEmpty()) {
            return Optional.empty();
        }
        Waiting taken = candidates.getFirst();
        waiting.remove(taken);
        return Optional.of(new Delivery(taken.message(), taken.receives() + 1));
    }

    /// The message was not acknowledged: it comes again.
    public synchronized void putBack(StepMessage message, Instant due) {
        waiting.add(new Waiting(message, due, 0));
    }

    /// The same, unless it has been delivered too often.
    public synchronized void putBack(Delivery delivery, Instant due) {
        if (delivery.receives() < MOST_RECEIVES) {
            waiting.add(new Waiting(delivery.message(), due, delivery.receives()));
        } else {
            deadLetters.add(delivery.message());
        }
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
