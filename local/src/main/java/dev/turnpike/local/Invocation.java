package dev.turnpike.local;

import java.io.InputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// One invocation, seen from its caller.
public final class Invocation {
    private final String requestId = UUID.randomUUID().toString();
    private final String invocationId = UUID.randomUUID().toString();
    private final byte[] event;
    private final Instant deadline;
    private final ResponseBody body = new ResponseBody();
    private final AtomicBoolean answering = new AtomicBoolean();
    private final CompletableFuture<Boolean> streamed = new CompletableFuture<>();
    private final CompletableFuture<Optional<String>> ended = new CompletableFuture<>();

    Invocation(byte[] event, Instant deadline) {
        this.event = event;
        this.deadline = deadline;
    }

    public String requestId() {
        return requestId;
    }

    /// What the function answers, as it arrives. A read waits for the next piece or for the end, and returns what
    /// is there without waiting for more. Ends early if the invocation fails, which `error` then tells. Closing
    /// it drops the rest; the function does not notice.
    public InputStream body() {
        return body;
    }

    /// Whether the function streams its answer, as soon as it begins to. False for a buffered answer, and for an
    /// invocation that failed before it began.
    public boolean streamed() throws InterruptedException {
        return await(streamed);
    }

    /// Waits for the end. Empty if the function answered; otherwise `type: message`, as the function reported it
    /// or as `Runtime.TruncatedResponse`, `Runtime.ExitError`, `Sandbox.Timedout` and so on.
    public Optional<String> error() throws InterruptedException {
        return await(ended);
    }

    private static <T> T await(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    String invocationId() {
        return invocationId;
    }

    byte[] event() {
        return event;
    }

    Instant deadline() {
        return deadline;
    }

    boolean ended() {
        return ended.isDone();
    }

    void whenEnded(Runnable action) {
        var _ = ended.thenRun(action);
    }

    /// Whether an answer that echoes this id, or none, comes too late.
    boolean isStale(@Nullable String echoed) {
        boolean givenUp = ended() && !answering.get();
        return givenUp || (echoed != null && !echoed.equals(invocationId));
    }

    /// @return false if a response or an error has begun before
    boolean beginResponse(boolean streaming) {
        boolean first = answering.compareAndSet(false, true);
        if (first) {
            streamed.complete(streaming);
        }
        return first;
    }

    void append(byte[] piece) {
        body.append(piece);
    }

    void succeed() {
        end(Optional.empty());
    }

    void fail(String error) {
        end(Optional.of(error));
    }

    /// For a death that concerns whoever has not begun to answer; a stream that breaks off tells by itself.
    void failUnlessResponding(String error) {
        if (!answering.get()) {
            fail(error);
        }
    }

    /// The outcome is there before the body ends: whoever has read it to the end can ask for the outcome without
    /// waiting.
    private void end(Optional<String> error) {
        ended.complete(error);
        body.end();
        streamed.complete(false);
    }
}
