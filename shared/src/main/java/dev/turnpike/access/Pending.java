package dev.turnpike.access;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// An answer that is on its way.
final class Pending<T> {
    private final CompletableFuture<T> answer;

    private Pending(CompletableFuture<T> answer) {
        this.answer = answer;
    }

    static <T> Pending<T> begin(Supplier<T> asking) {
        return new Pending<>(
                CompletableFuture.supplyAsync(asking, task -> Thread.ofVirtual().start(task)));
    }

    /// Waits as long as it takes.
    T get() {
        return get(Duration.ofDays(1));
    }

    /// @throws IllegalStateException it did not come in that time
    T get(Duration patience) {
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failure) {
            throw failure.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(failure);
        } catch (TimeoutException late) {
            throw new IllegalStateException("the table did not answer in time", late);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the table was asked", interrupt);
        }
    }
}
