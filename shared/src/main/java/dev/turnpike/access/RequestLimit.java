package dev.turnpike.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// How many runs may be asked for with a key in each minute of the clock, whichever instances are asked.
///
/// A limit that can't be told does not lock out anybody: the request is let in, and whoever let it in says so in the
/// log. The key's row and the runs' rows are in one table, so a table that is down refuses by itself.
public final class RequestLimit {
    private static final Duration WINDOW = Duration.ofMinutes(1);

    /// A counter that takes longer is not waited for.
    private static final long PATIENCE_MILLIS = 1_000;

    private final RequestCounter counter;
    private final int perMinute;
    private final InstantSource clock;

    /// @param perMinute 0 for any number
    public RequestLimit(RequestCounter counter, int perMinute, InstantSource clock) {
        this.counter = counter;
        this.perMinute = perMinute;
        this.clock = clock;
    }

    /// Where a key stands.
    public sealed interface Standing {
        /// Nothing is counted.
        record Unlimited() implements Standing {}

        /// The counter did not answer.
        record Unknown(Throwable cause) implements Standing {}

        /// @param limit requests in a window
        /// @param used those of this window, with this one and with those that were refused
        /// @param reset until the next window begins
        record Counted(int limit, long used, Duration reset) implements Standing {
            public boolean exceeded() {
                return used > limit;
            }

            public long remaining() {
                return Math.max(0, limit - used);
            }
        }
    }

    /// A count that is on its way.
    public interface Count {
        /// Waits for it, a second at most.
        Standing standing();
    }

    /// Begins to count a request, beside the look-up of its key: so it takes no time of its own. Keys that nobody has
    /// are
    /// counted, too, each for itself.
    ///
    /// @param authorization the header; what is not a well-formed key in it is not counted
    public Count begin(@Nullable String authorization) {
        var hash = Authenticator.keyHash(authorization);
        if (perMinute == 0 || hash.isEmpty()) {
            return Standing.Unlimited::new;
        }
        Instant now = clock.instant();
        Instant window = now.truncatedTo(ChronoUnit.MINUTES);
        Duration reset = Duration.between(now, window.plus(WINDOW));
        var counted = CompletableFuture.supplyAsync(
                () -> counter.add(hash.get(), window),
                task -> Thread.ofVirtual().start(task));
        return () -> standing(counted, reset);
    }

    private Standing standing(CompletableFuture<Long> counted, Duration reset) {
        try {
            return new Standing.Counted(perMinute, counted.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS), reset);
        } catch (ExecutionException failure) {
            return new Standing.Unknown(failure.getCause() == null ? failure : failure.getCause());
        } catch (TimeoutException late) {
            return new Standing.Unknown(late);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            return new Standing.Unknown(interrupt);
        }
    }
}
