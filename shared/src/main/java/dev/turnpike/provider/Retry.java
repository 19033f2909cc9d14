package dev.turnpike.provider;

import dev.turnpike.model.Deadline;
import dev.turnpike.model.ModelAnswer;
import dev.turnpike.model.ModelClient;
import dev.turnpike.model.ModelException;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.StreamEvent;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;

/// Makes a call again, at once or after a short wait, as long as nobody has seen and nobody has paid for anything of
/// it. Such a call has left no trace, so it needs no ledger row.
///
/// A wait that is too long to be slept through, a call that was paid for, and one that fails still after all retries
/// are left to whoever called: the failure then says how long to wait. Waits grow by a factor and have full jitter:
/// anything from nothing to the wait itself,
/// so that many callers do not come back together. A provider's own word is kept to.
public final class Retry implements CallPolicy {
    /// Nobody pays for a function that sleeps longer than this.
    public static final Duration LONGEST_IN_PLACE = Duration.ofSeconds(5);

    /// Jitter on what a provider asks for, as a part of it.
    private static final double LATER = 0.1;

    private static final double MOST_FACTOR = 1e6;

    private final Settings settings;
    private final DoubleSupplier random;
    private final Consumer<Duration> pause;

    /// @param random from 0 to 1
    /// @param pause lets that much time pass, or less in a thread that is interrupted
    public Retry(Settings settings, DoubleSupplier random, Consumer<Duration> pause) {
        this.settings = settings;
        this.random = random;
        this.pause = pause;
    }

    /// @param maxRetries after the first try
    /// @param initialDelay most that is waited before the first of them
    /// @param maxDelay most that is waited before any of them
    /// @param backoffFactor by which the wait grows
    /// @param retryable which failures are tried again
    public record Settings(
            int maxRetries, Duration initialDelay, Duration maxDelay, double backoffFactor, Set<Kind> retryable) {
        /// @param retries made before
        Duration longest(int retries) {
            double factor = Math.pow(backoffFactor, retries);
            Duration grown = scaled(initialDelay, Math.min(factor, MOST_FACTOR));
            return min(grown, maxDelay);
        }
    }

    @Override
    public ModelClient around(ModelClient client) {
        return (request, deadline, events) -> stream(client, request, deadline, events);
    }

    private ModelAnswer stream(
            ModelClient client, ModelRequest request, Deadline deadline, Consumer<StreamEvent> events)
            throws ModelException {
        for (int retries = 0; ; retries++) {
            var seen = new Seen(events);
            try {
                return client.stream(request, deadline, seen);
            } catch (ModelException failure) {
                ModelException judged = judged(failure, retries);
                Duration wait = judged.retryAfter();
                boolean again = judged.retryable()
                        && retries < settings.maxRetries()
                        && !seen.any()
                        && judged.usage().totalTokens() == 0
                        && wait != null
                        && wait.compareTo(LONGEST_IN_PLACE) <= 0
                        && wait.compareTo(deadline.remaining()) < 0;
                if (!again) {
                    throw judged;
                }
                events.accept(StreamEvent.ALIVE);
                pause.accept(wait);
                if (Thread.currentThread().isInterrupted()) {
                    // The run's end is wanted.
                    throw judged;
                }
            }
        }
    }

    /// The failure with what is to be done about it: how long to wait, or that it is final.
    private ModelException judged(ModelException failure, int retries) {
        if (!settings.retryable().contains(failure.kind())) {
            return failure.asFinal();
        }
        Duration asked = failure.retryAfter();
        Duration jittered = scaled(settings.longest(retries), random.getAsDouble());
        return failure.after(
                asked == null || asked.compareTo(jittered) < 0
                        ? jittered
                        : asked.plus(scaled(min(asked, settings.maxDelay()), LATER * random.getAsDouble())));
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Duration scaled(Duration duration, double factor) {
        return Duration.ofMillis((long) ((double) duration.toMillis() * factor));
    }
}
