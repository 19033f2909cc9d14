package dev.turnpike.proof;

import dev.turnpike.proof.Model.Move;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/// Every state that a model can reach, breadth first: the first state with a flaw has a shortest way to it.
final class StateSpace<S> {
    private static final int START = 0;

    private final Model<S> model;
    private final List<S> states = new ArrayList<>();
    private final Map<S, Integer> numbers = new HashMap<>();
    private final List<Step> firstSteps = new ArrayList<>();

    /// By state, those that lead to it without a fault.
    private final List<List<Integer>> predecessors = new ArrayList<>();

    /// How a state was first reached.
    private record Step(int from, String what) {}

    /// @throws IllegalStateException the model has more states than `most`
    StateSpace(Model<S> model, int most) {
        this.model = model;
        number(model.start(), START, "");
        for (int at = START; at < states.size(); at++) {
            if (states.size() > most) {
                throw new IllegalStateException("more than " + most + " states");
            }
            for (Move<S> move : model.moves(states.get(at))) {
                int to = number(move.to(), at, move.what());
                if (!move.fault()) {
                    predecessors.get(to).add(at);
                }
            }
        }
    }

    private int number(S state, int from, String what) {
        Integer known = numbers.putIfAbsent(state, states.size());
        if (known != null) {
            return known;
        }
        states.add(state);
        firstSteps.add(new Step(from, what));
        predecessors.add(new ArrayList<>(2));
        return states.size() - 1;
    }

    sealed interface Verdict {
        record SafeAndLive() implements Verdict {}

        /// @param trace the moves to the first state that breaks the promise
        record Unsafe(String promise, List<String> trace) implements Verdict {}

        /// @param trace the moves to the first state from which, even without another fault, no end can be reached
        record Stuck(List<String> trace) implements Verdict {}
    }

    Verdict verdict() {
        for (int at = START; at < states.size(); at++) {
            Optional<String> broken = model.broken(states.get(at));
            if (broken.isPresent()) {
                return new Verdict.Unsafe(broken.get(), trace(at));
            }
        }
        OptionalInt stuck = firstWithoutAnEnd();
        return stuck.isPresent() ? new Verdict.Stuck(trace(stuck.getAsInt())) : new Verdict.SafeAndLive();
    }

    private OptionalInt firstWithoutAnEnd() {
        var ends = new BitSet(states.size());
        Deque<Integer> open = new ArrayDeque<>();
        IntStream.range(START, states.size())
                .filter(at -> model.ended(states.get(at)))
                .forEach(at -> {
                    ends.set(at);
                    open.add(at);
                });
        while (!open.isEmpty()) {
            for (int before : predecessors.get(open.remove())) {
                if (!ends.get(before)) {
                    ends.set(before);
                    open.add(before);
                }
            }
        }
        int first = ends.nextClearBit(START);
        return first < states.size() ? OptionalInt.of(first) : OptionalInt.empty();
    }

    private List<String> trace(int to) {
        Deque<String> trace = new ArrayDeque<>();
        for (int at = to; at != START; at = firstSteps.get(at).from()) {
            trace.addFirst(firstSteps.get(at).what());
        }
        return List.copyOf(trace);
    }

    int size() {
        return states.size();
    }

    /// The largest value that a state has.
    int most(ToIntFunction<S> value) {
        return states.stream().mapToInt(value).max().orElseThrow();
    }
}
