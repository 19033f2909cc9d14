package dev.turnpike.fake;

import dev.turnpike.run.StoreUnavailableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        DIES_AFTER
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

    <T> T through(String name, Supplier<T> effect) {
        Fault fault = register(name);
        if (fault == Fault.DIES_BEFORE) {
            throw new ProcessDied();
        }
        if (fault == Fault.REFUSED) {
            throw unavailable(name);
        }
        T answer = effect.get();
        finish(name);
        if (fault == Fault.DIES_AFTER) {
            throw new ProcessDied();
        }
        if (fault == Fault.ANSWER_LOST) {
            throw unavailable(name);
        }
        return answer;
    }

    private synchronized void finish(String name) {
        done.merge(name, 1, Integer::sum);
        notifyAll();
    }

    void through(String name, Runnable effect) {
        var _ = through(name, () -> {
            effect.run();
            return name;
        });
    }

    private synchronized @Nullable Fault register(String name) {
        made.add(name);
        Fault numbered = byNumber.get(made.size() - 1);
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
