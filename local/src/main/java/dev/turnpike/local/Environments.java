package dev.turnpike.local;

import dev.turnpike.gateway.Answer;
import dev.turnpike.gateway.Function;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/// The execution environments of one function. Each serves one invocation at a time, so there are as many as there were
/// invocations at once, up to a limit; what comes beyond it waits.
public final class Environments implements Function, AutoCloseable {
    /// Makes one more loop that polls a Runtime API.
    public interface Launcher {
        /// Returns at once.
        ///
        /// @param ended is run once, when the environment has ended by itself or was closed
        AutoCloseable launch(String runtimeApi, Runnable ended) throws IOException;
    }

    private final RuntimeApi runtimeApi;
    private final Launcher launcher;
    private final int most;
    private final Duration timeout;
    private final Closing launched = new Closing();
    private int alive;
    private int underWay;
    private boolean closed;

    private Environments(RuntimeApi runtimeApi, Launcher launcher, int most, Duration timeout) {
        this.runtimeApi = runtimeApi;
        this.launcher = launcher;
        this.most = most;
        this.timeout = timeout;
    }

    /// Launches none yet: the first invocation does.
    ///
    /// @param most how many there may be at one time
    /// @param timeout of one invocation, from its call on
    public static Environments start(Launcher launcher, int most, Duration timeout) throws IOException {
        return new Environments(RuntimeApi.start(), launcher, most, timeout);
    }

    @Override
    public Answer invoke(byte[] event) throws IOException {
        begin();
        return new OpenAnswer(runtimeApi.invoke(event, timeout));
    }

    private synchronized void begin() throws IOException {
        underWay++;
        try {
            launchIfShort();
        } catch (IOException e) {
            underWay--;
            throw e;
        }
    }

    private synchronized void launchIfShort() throws IOException {
        if (!closed && alive < Math.min(underWay, most)) {
            launched.add(launcher.launch(runtimeApi.address(), this::replace));
            alive++;
        }
    }

    /// The environment that has ended took its invocation with it; others may be waiting for one.
    private synchronized void replace() {
        alive--;
        try {
            launchIfShort();
        } catch (IOException e) {
            System.err.println("An execution environment could not be started again: " + e.getMessage());
        }
    }

    private synchronized void release() {
        underWay--;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        launched.close();
        try {
            runtimeApi.close();
        } catch (IOException e) {
            System.err.println("A Runtime API did not close: " + e.getMessage());
        }
    }

    private final class OpenAnswer implements Answer {
        private final Invocation invocation;
        private final AtomicBoolean open = new AtomicBoolean(true);

        OpenAnswer(Invocation invocation) {
            this.invocation = invocation;
        }

        @Override
        public InputStream body() {
            return invocation.body();
        }

        @Override
        public Optional<String> error() {
            try {
                return invocation.error();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return Optional.of("the stack ends");
            }
        }

        @Override
        public void close() {
            if (open.compareAndSet(true, false)) {
                release();
            }
        }
    }
}
