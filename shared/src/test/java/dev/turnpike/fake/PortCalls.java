package dev.turnpike.fake;

import dev.turnpike.run.StoreUnavailableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Where every call of a port passes on its way to the fake behind it. Calls are counted, and the one that the test
/// names goes wrong.
public final class PortCalls {
    /// What goes wrong with one call.
    public enum Fault {
        /// Nothing is done, and the caller is told so.
        REFUSED,
        /// It is done, and the caller hears nothing.
        ANSWER_LOST,
        /// The process is gone before it is done.
        DIES_BEFORE,
        /// The process is gone once it is done.
        DIES_AFTER,
        /// The process stands still until its lease and its time are over; then it is done.
        HANGS_BEFORE,
        /// It is done; then the process stands still until its lease and its time are over.
        HANGS_AFTER,
        /// It is done, and the caller waits until its lease and its time are over, to hear that there is no answer.
        TIMES_OUT
    }

    /// What goes wrong next, where the test leaves it to somebody else.
    public interface Course {
        /// Asked on the thread that is about to make the call.
        ///
        /// @param number of the call, from 0, since the beginning
        /// @return null for nothing
        @Nullable
        Fault next(int number, String name);
    }

    /// What a call does behind the port.
    interface Effect<T, E extends Exception> {
        T happen() throws E;
    }

    /// How the caller hears that a call went wrong.
    interface Refusal<E extends Exception> {
        /// @param fault REFUSED, ANSWER_LOST or TIMES_OUT
        E of(Fault fault);
    }

    /// No code of ours catches it: the process that it hits does nothing more.
    public static final class ProcessDied extends Error {
        private static final long serialVersionUID = 1L;

        public ProcessDied() {
            super("the process is gone");
        }
    }

    private final List<String> made = new ArrayList<>();
    private final Map<String, Integer> done = new HashMap<>();
    private final Map<Integer, Fault> byNumber = new HashMap<>();
    private final Map<String, Hit> byName = new HashMap<>();
    private volatile Course course = this::planned;
    private final ThreadLocal<Boolean> dead = ThreadLocal.withInitial(() -> false);
    private volatile IntConsumer meanwhile = _ -> {
        throw new IllegalStateException("nobody said what passes while a call hangs");
    };

    private record Hit(int nth, Fault fault) {}

    /// The names of all calls so far, in order.
    public synchronized List<String> made() {
        return List.copyOf(made);
    }

    public synchronized int count() {
        return made.size();
    }

    public synchronized long count(String name) {
        return made.stream().filter(name::equals).count();
    }

    /// @param number of the call, from 0, since the beginning
    public synchronized void hit(int number, Fault fault) {
        byNumber.put(number, fault);
    }

    /// The next call of that name goes wrong, once.
    public void hitNext(String name, Fault fault) {
        hit(name, 1, fault);
    }

    /// @param nth call of that name from now; 1 for the next
    public synchronized void hit(String name, int nth, Fault fault) {
        byName.put(name, new Hit(nth, fault));
    }

    /// Waits until so many calls of that name have had their effect.
    public synchronized void awaitDone(String name, int count) throws InterruptedException {
        while (done.getOrDefault(name, 0) < count) {
            wait();
        }
    }

    /// What passes elsewhere while a call hangs, time above all. It is given the number of the call.
    public void whileHanging(IntConsumer passes) {
        meanwhile = passes;
    }

    /// From now on the course says what goes wrong, and not the calls that were named before.
    public void follow(Course other) {
        course = other;
    }

    /// What a process does from its start to its end, on one thread. Once it is dead, none of its calls gets anywhere.
    public <T> T process(Supplier<T> work) {
        boolean outer = dead.get();
        dead.set(false);
        try {
            return work.get();
        } finally {
            dead.set(outer);
        }
    }

    <T> T through(String name, Supplier<T> effect) {
        return through(name, effect::get, _ -> unavailable(name));
    }

    void through(String name, Runnable effect) {
        var _ = through(name, () -> {
            effect.run();
            return name;
        });
    }

    <T, E extends Exception> T through(String name, Effect<T, E> effect, Refusal<E> refusal) throws E {
        if (dead.get()) {
            throw new ProcessDied();
        }
        int number = number(name);
        Fault fault = course.next(number, name);
        if (fault == null) {
            return done(name, effect);
        }
        return switch (fault) {
            case REFUSED -> throw refusal.of(fault);
            case DIES_BEFORE -> throw die();
            case HANGS_BEFORE -> {
                meanwhile.accept(number);
                yield done(name, effect);
            }
            case ANSWER_LOST -> {
                done(name, effect);
                throw refusal.of(fault);
            }
            case DIES_AFTER -> {
                done(name, effect);
                throw die();
            }
            case HANGS_AFTER -> {
                T answer = done(name, effect);
                meanwhile.accept(number);
                yield answer;
            }
            case TIMES_OUT -> {
                done(name, effect);
                meanwhile.accept(number);
                throw refusal.of(fault);
            }
        };
    }

    private ProcessDied die() {
        dead.set(true);
        return new ProcessDied();
    }

    private <T, E extends Exception> T done(String name, Effect<T, E> effect) throws E {
        T answer = effect.happen();
        finish(name);
        return answer;
    }

    private synchronized int number(String name) {
        made.add(name);
        return made.size() - 1;
    }

    private synchronized void finish(String name) {
        done.merge(name, 1, Integer::sum);
        notifyAll();
    }

    private synchronized @Nullable Fault planned(int number, String name) {
        Fault numbered = byNumber.get(number);
        Hit named = byName.remove(name);
        if (named != null && named.nth() > 1) {
            byName.put(name, new Hit(named.nth() - 1, named.fault()));
            return numbered;
        }
        return numbered == null && named != null ? named.fault() : numbered;
    }

    private static StoreUnavailableException unavailable(String name) {
        return new StoreUnavailableException(name + " was not answered", new IOException("no answer"));
    }
}
