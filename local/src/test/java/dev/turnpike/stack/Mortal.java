package dev.turnpike.stack;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// An invocation that dies at one of its calls. None of those that follow gets anywhere, on whatever thread it began.
final class Mortal {
    private static final InheritableThreadLocal<@Nullable Mortal> CURRENT = new InheritableThreadLocal<>();

    private final int last;
    private final boolean before;
    private final AtomicInteger calls = new AtomicInteger();
    private volatile boolean dead;

    /// @param last call of the invocation, from 0
    /// @param before whether that call has no effect
    Mortal(int last, boolean before) {
        this.last = last;
        this.before = before;
    }

    /// No code of ours catches it.
    static final class Died extends Error {
        private static final long serialVersionUID = 1L;

        Died() {
            super("the invocation has died", null, false, false);
        }
    }

    /// What an invocation does.
    interface Work<E extends Exception> {
        void happen() throws E;
    }

    <E extends Exception> void live(Work<E> work) throws E {
        CURRENT.set(this);
        try {
            work.happen();
        } finally {
            CURRENT.remove();
        }
    }

    boolean dead() {
        return dead;
    }

    /// Called before a call of whichever invocation this thread works for.
    static void calls() {
        Mortal mortal = CURRENT.get();
        if (mortal != null) {
            mortal.call();
        }
    }

    /// Called once it has had its effect.
    static void hasCalled() {
        Mortal mortal = CURRENT.get();
        if (mortal != null) {
            mortal.liveOn(!mortal.before && mortal.calls.get() > mortal.last);
        }
    }

    private void call() {
        int number = calls.getAndIncrement();
        liveOn(before && number >= last);
    }

    private void liveOn(boolean over) {
        dead |= over;
        if (dead) {
            throw new Died();
        }
    }
}
