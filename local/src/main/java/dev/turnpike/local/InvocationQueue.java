package dev.turnpike.local;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// Brings invocations and idle environments together, each in the order in which it came.
final class InvocationQueue {
    private record Match(Invocation invocation, RuntimeConnection environment) {}

    private final Deque<Invocation> waiting = new ArrayDeque<>();
    private final Deque<RuntimeConnection> idle = new ArrayDeque<>();

    void offer(Invocation invocation) {
        synchronized (this) {
            waiting.addLast(invocation);
        }
        handOverMatches();
    }

    void poll(RuntimeConnection environment) {
        synchronized (this) {
            idle.addLast(environment);
        }
        handOverMatches();
    }

    /// Writes to the environment's connection in the caller's thread, which is the shortest way there is.
    private void handOverMatches() {
        for (Match match = match(); match != null; match = match()) {
            try {
                match.environment.handOver(match.invocation);
            } catch (IOException _) {
                // The environment has just died. Its own thread tidies up; another environment takes the invocation.
                putBack(match.invocation);
            }
        }
    }

    private synchronized @Nullable Match match() {
        if (waiting.isEmpty() || idle.isEmpty()) {
            return null;
        }
        return new Match(waiting.remove(), idle.remove());
    }

    private synchronized void putBack(Invocation invocation) {
        if (!invocation.ended()) {
            waiting.addFirst(invocation);
        }
    }

    synchronized @Nullable Invocation longestWaiting() {
        return waiting.peek();
    }

    /// @return whether it was still waiting
    synchronized boolean remove(Invocation invocation) {
        return waiting.remove(invocation);
    }

    synchronized void remove(RuntimeConnection environment) {
        idle.remove(environment);
    }

    synchronized int waitingInvocations() {
        return waiting.size();
    }

    synchronized int idleEnvironments() {
        return idle.size();
    }
}
