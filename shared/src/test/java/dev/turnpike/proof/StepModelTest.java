package dev.turnpike.proof;

import static dev.turnpike.proof.StepModel.COMMIT_ONCE;
import static dev.turnpike.proof.StepModel.EFFECT_ONCE;
import static dev.turnpike.proof.StepModel.ROW_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.proof.StateSpace.Verdict;
import dev.turnpike.proof.StepModel.Flaw;
import dev.turnpike.proof.StepModel.Guard;
import dev.turnpike.proof.StepModel.Start;
import dev.turnpike.proof.StepState.Budget;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The step protocol in every order of events, and the same with each of its parts taken out. It prints its table;
/// with `-Dtraces=yes` also a shortest way to each failure.
@DisplayName("Three steps, two workers, every order of events")
class StepModelTest {
    private static final Budget FAULTS = new Budget(1, 1, 1, 2);
    private static final int MODEL_STEPS = 2;
    private static final int MOST_ATTEMPTS = 1 + FAULTS.crashes() + FAULTS.expiries();
    private static final int MOST_STATES = 1_000_000;

    private static final Variant UNGUARDED =
            new Variant("tool with neither key nor intent", Start.IN_LINE, Guard.NOTHING, Set.of());

    private static final List<String> TABLE = new ArrayList<>();

    /// The protocol, or what it would be with some flaws.
    record Variant(String text, Start start, Guard guard, Set<Flaw> flaws) {
        StepModel model() {
            return new StepModel(start, guard, flaws, FAULTS);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    static List<Variant> sound() {
        return List.of(
                new Variant(
                        "in-line start, reaper, held runs' messages come again", Start.IN_LINE, Guard.INTENT, Set.of()),
                new Variant("queue start, reaper, held runs' messages come again", Start.QUEUE, Guard.INTENT, Set.of()),
                new Variant("the same, with a tool that knows its idempotency key", Start.QUEUE, Guard.KEY, Set.of()));
    }

    @ParameterizedTest(name = "{0}: safe and live")
    @MethodSource("sound")
    @DisplayName("One message doubled, one crash, one lease that ends under a live worker: every promise is kept")
    void theProtocolKeepsItsPromises(Variant variant) {
        StateSpace<StepState> space = explore(variant);

        assertThat(space.verdict()).isEqualTo(new Verdict.SafeAndLive());
        // The bounds are reached, so the faults did happen.
        assertThat(space.most(StepState::paid)).isEqualTo(MODEL_STEPS - 1 + MOST_ATTEMPTS);
        assertThat(space.most(StepState::effects)).isEqualTo(1);
    }

    static List<Arguments> unsafe() {
        return List.of(
                Arguments.of(
                        new Variant(
                                "no fence on the commit",
                                Start.IN_LINE,
                                Guard.INTENT,
                                Set.of(Flaw.COMMIT_WITHOUT_FENCE)),
                        COMMIT_ONCE,
                        "B commits step 0 and lets go"),
                Arguments.of(
                        new Variant(
                                "ledger outside the commit",
                                Start.IN_LINE,
                                Guard.INTENT,
                                Set.of(Flaw.ROW_OUTSIDE_THE_COMMIT)),
                        ROW_ONCE,
                        "B writes the ledger row"),
                Arguments.of(UNGUARDED, EFFECT_ONCE, "B runs the tool"));
    }

    @ParameterizedTest(name = "{0}: unsafe, not \"{1}\"")
    @MethodSource("unsafe")
    @DisplayName("Without what makes it safe, it breaks the promise that depends on it")
    void withoutWhatMakesItSafeItBreaksAPromise(Variant variant, String promise, String lastMove) {
        assertThat(explore(variant).verdict()).isInstanceOfSatisfying(Verdict.Unsafe.class, unsafe -> {
            assertThat(unsafe.promise()).isEqualTo(promise);
            assertThat(unsafe.trace()).last().isEqualTo(lastMove);
        });
    }

    @Test
    void anUnguardedToolHasItsEffectWithEveryAttempt() {
        var space = new StateSpace<>(UNGUARDED.model(), MOST_STATES);

        assertThat(space.most(StepState::effects)).isEqualTo(MOST_ATTEMPTS);
    }

    static List<Arguments> stuck() {
        return List.of(
                Arguments.of(
                        new Variant("in-line start, no reaper", Start.IN_LINE, Guard.INTENT, Set.of(Flaw.NO_REAPER)),
                        "A crashes"),
                Arguments.of(
                        new Variant(
                                "held runs' messages dropped, no reaper",
                                Start.QUEUE,
                                Guard.INTENT,
                                Set.of(Flaw.ACK_WHILE_HELD, Flaw.NO_REAPER)),
                        "A drops the message of a held run"),
                Arguments.of(
                        new Variant(
                                "message sent before the commit, no reaper",
                                Start.QUEUE,
                                Guard.INTENT,
                                Set.of(Flaw.SEND_BEFORE_COMMIT, Flaw.NO_REAPER)),
                        "B drops a stale message"));
    }

    @ParameterizedTest(name = "{0}: stuck when {1}")
    @MethodSource("stuck")
    @DisplayName("Without what makes it live, a run lies still for ever")
    void withoutWhatMakesItLiveARunLiesStill(Variant variant, String lastMove) {
        assertThat(explore(variant).verdict())
                .isInstanceOfSatisfying(
                        Verdict.Stuck.class,
                        stuck -> assertThat(stuck.trace()).last().isEqualTo(lastMove));
    }

    private static StateSpace<StepState> explore(Variant variant) {
        var space = new StateSpace<>(variant.model(), MOST_STATES);
        String result = switch (space.verdict()) {
            case Verdict.SafeAndLive() ->
                "safe and live; model calls paid <= %d, %d needed; tool effect <= %d"
                        .formatted(space.most(StepState::paid), MODEL_STEPS, space.most(StepState::effects));
            case Verdict.Unsafe(String promise, List<String> trace) ->
                "UNSAFE, although promised: " + promise + told(trace);
            case Verdict.Stuck(List<String> trace) -> "STUCK" + told(trace);
        };
        TABLE.add("%-54s%,8d  %s".formatted(variant.text, space.size(), result));
        return space;
    }

    private static String told(List<String> trace) {
        return System.getProperty("traces") == null ? "" : "\n    " + String.join("\n    ", trace);
    }

    @BeforeAll
    static void headTheTable() {
        TABLE.clear();
        TABLE.add("%-54s%8s  result".formatted("step protocol", "states"));
    }

    @AfterAll
    static void printTheTable() {
        System.out.println(String.join("\n", TABLE));
    }
}
