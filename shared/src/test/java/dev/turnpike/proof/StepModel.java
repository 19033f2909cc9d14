package dev.turnpike.proof;

import dev.turnpike.proof.StepState.Budget;
import dev.turnpike.proof.StepState.Counts;
import dev.turnpike.proof.StepState.Phase;
import dev.turnpike.proof.StepState.Run;
import dev.turnpike.proof.StepState.ToolRecord;
import dev.turnpike.proof.StepState.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The step protocol: a run of three steps, two workers, one queue, and a reaper.
///
/// It follows `StepEngine` and the store's conditions. A commit may keep the run for its holder, under a new fence,
/// or give it back, as when the invocation's time is up. Holders renew their leases, so a lease ends under a live
/// holder only as a fault: it was frozen, or its clock is wrong. A lease that nobody has taken over keeps its fence,
/// and its holder may still commit.
final class StepModel implements Model<StepState> {
    private static final int STEPS = 3;
    private static final int TOOL_STEP = 1;

    static final String COMMIT_ONCE = "a step is committed at most once";
    static final String NO_GAP = "a step is committed only after those before it";
    static final String ROW_ONCE = "a step has at most one settled ledger row";
    static final String BOOKS_AGREE = "ledger and steps agree";
    static final String EFFECT_ONCE = "a tool has its effect at most once";

    /// How a run comes to its first step.
    enum Start {
        /// The api function creates it and goes on with it at once, without a message.
        IN_LINE,
        QUEUE
    }

    /// What keeps a tool from having its effect twice.
    enum Guard {
        /// Whoever has the effect knows the call by its idempotency key.
        KEY,
        /// The intent is written first, and a call with an intent does not start again.
        INTENT,
        NOTHING
    }

    /// Ways to get the protocol wrong.
    enum Flaw {
        COMMIT_WITHOUT_FENCE,
        ROW_OUTSIDE_THE_COMMIT,
        NO_REAPER,
        ACK_WHILE_HELD,
        SEND_BEFORE_COMMIT
    }

    private final Start start;
    private final Guard guard;
    private final Set<Flaw> flaws;
    private final Budget budget;

    StepModel(Start start, Guard guard, Set<Flaw> flaws, Budget budget) {
        this.start = start;
        this.guard = guard;
        this.flaws = flaws;
        this.budget = budget;
    }

    @Override
    public StepState start() {
        boolean inLine = start == Start.IN_LINE;
        return new StepState(
                new Run(0, false, inLine ? 1 : 0, inLine),
                inLine ? new Worker(Phase.HOLDS, 0, 1, Worker.NO_MESSAGE) : Worker.IDLE,
                Worker.IDLE,
                inLine ? Counts.ZERO : Counts.ZERO.plus(0),
                Counts.ZERO,
                Counts.ZERO,
                ToolRecord.NONE,
                0,
                0,
                budget);
    }

    @Override
    public boolean ended(StepState state) {
        return state.run().ended();
    }

    @Override
    public Optional<String> broken(StepState state) {
        for (int step = 0; step < STEPS; step++) {
            int commits = state.commits().of(step);
            int rows = state.rows().of(step);
            if (commits > 1) {
                return Optional.of(COMMIT_ONCE);
            }
            if (commits != (step < state.run().step() ? 1 : 0)) {
                return Optional.of(NO_GAP);
            }
            if (rows > 1) {
                return Optional.of(ROW_ONCE);
            }
            if (!flaws.contains(Flaw.ROW_OUTSIDE_THE_COMMIT) && step != TOOL_STEP && rows != commits) {
                return Optional.of(BOOKS_AGREE);
            }
        }
        return state.effects() > 1 ? Optional.of(EFFECT_ONCE) : Optional.empty();
    }

    @Override
    public List<Move<StepState>> moves(StepState state) {
        var moves = new Moves(state);
        moves.ofWorker(true);
        moves.ofWorker(false);
        moves.ofLease();
        moves.ofReaper();
        moves.ofQueue();
        return moves.found;
    }

    /// What can happen next in one state.
    private final class Moves {
        private final StepState state;
        private final Run run;
        private final List<Move<StepState>> found = new ArrayList<>();

        Moves(StepState state) {
            this.state = state;
            this.run = state.run();
        }

        void ofWorker(boolean first) {
            Worker worker = state.worker(first);
            switch (worker.phase()) {
                case IDLE -> receive(first);
                case WOKEN -> acquire(first, worker);
                case HOLDS -> work(first, worker);
                case INTENDED -> runTool(first, worker);
                case RAN -> saveToolResult(first, worker);
                case BROUGHT, UNSURE, CHARGED, SENT_EARLY -> save(first, worker);
                case RELEASED -> send(first, worker, Phase.DONE);
                case DONE -> add(first, "acknowledges", state, Worker.IDLE);
            }
            if (worker.phase() != Phase.IDLE && state.left().crashes() > 0) {
                StepState after =
                        messageBack(worker).with(state.left().lessCrash()).with(first, Worker.IDLE);
                found.add(new Move<>(name(first) + " crashes", after, true));
            }
        }

        private void receive(boolean first) {
            for (int step = 0; step < STEPS; step++) {
                if (state.wakes().of(step) > 0) {
                    StepState after = state.withWakes(state.wakes().minus(step));
                    add(first, "receives the message of step " + step, after, new Worker(Phase.WOKEN, step, 0, step));
                }
            }
        }

        private void acquire(boolean first, Worker worker) {
            if (run.ended() || run.step() != worker.step()) {
                add(first, "drops a stale message", state, Worker.IDLE);
                if (liesStill(first)) {
                    add(first, "drops a stale message and repairs", woken(), Worker.IDLE);
                }
            } else if (!run.leased()) {
                int fence = run.fence() + 1;
                StepState after = state.with(new Run(run.step(), false, fence, true));
                var holder = new Worker(Phase.HOLDS, worker.step(), fence, worker.message());
                add(first, "acquires step " + worker.step(), after, holder);
            } else if (flaws.contains(Flaw.ACK_WHILE_HELD)) {
                add(first, "drops the message of a held run", state, Worker.IDLE);
            } else {
                add(first, "finds the run held: not now", messageBack(worker), Worker.IDLE);
            }
        }

        /// It may also be too soon to tell: then nothing is repaired.
        private boolean liesStill(boolean first) {
            return !run.ended()
                    && !run.leased()
                    && state.wakes().of(run.step()) == 0
                    && state.worker(!first).phase() == Phase.IDLE;
        }

        private void work(boolean first, Worker worker) {
            if (worker.step() != TOOL_STEP) {
                add(first, "calls the model", state.paidOnce(), worker.at(Phase.BROUGHT));
            } else if (state.record() == ToolRecord.RESULT) {
                add(first, "finds the tool's result", state, worker.at(Phase.BROUGHT));
            } else if (guard != Guard.INTENT) {
                runTool(first, worker);
            } else if (state.record() == ToolRecord.NONE && owns(worker)) {
                add(first, "writes the intent", state.with(ToolRecord.INTENT), worker.at(Phase.INTENDED));
            } else {
                add(first, "must not start the tool", state, worker.at(Phase.UNSURE));
            }
        }

        private void runTool(boolean first, Worker worker) {
            int effects = guard == Guard.KEY ? 1 : state.effects() + 1;
            add(first, "runs the tool", state.withEffects(effects), worker.at(Phase.RAN));
        }

        private void saveToolResult(boolean first, Worker worker) {
            add(first, "saves the tool's result", state.with(ToolRecord.RESULT), worker.at(Phase.BROUGHT));
        }

        private void save(boolean first, Worker worker) {
            boolean brought = worker.phase() == Phase.BROUGHT;
            boolean charges = worker.step() != TOOL_STEP;
            if (brought && charges && flaws.contains(Flaw.ROW_OUTSIDE_THE_COMMIT)) {
                add(first, "writes the ledger row", state.charged(worker.step()), worker.at(Phase.CHARGED));
            } else if (!owns(worker) && !flaws.contains(Flaw.COMMIT_WITHOUT_FENCE)) {
                add(first, "is fenced out", messageBack(worker), Worker.IDLE);
            } else {
                commit(first, worker);
                if (brought && flaws.contains(Flaw.SEND_BEFORE_COMMIT)) {
                    send(first, worker, Phase.SENT_EARLY);
                }
            }
        }

        private void commit(boolean first, Worker worker) {
            int step = worker.step();
            boolean inCommit = step != TOOL_STEP && !flaws.contains(Flaw.ROW_OUTSIDE_THE_COMMIT);
            StepState written = inCommit ? state.committed(step).charged(step) : state.committed(step);
            // A commit without a condition sets the step that it knows; the model lets it go forward only, to end.
            int next = Math.max(run.step(), step + 1);
            boolean last = step + 1 == STEPS || worker.phase() == Phase.UNSURE;
            if (last || run.ended()) {
                StepState after = written.with(new Run(next, true, run.fence(), false));
                add(first, "commits step " + step + " and ends the run", after, worker.at(Phase.DONE));
                return;
            }
            StepState released = written.with(new Run(next, false, run.fence(), false));
            if (worker.phase() == Phase.SENT_EARLY) {
                add(first, "commits step " + step, released, worker.at(Phase.DONE));
                return;
            }
            if (!flaws.contains(Flaw.SEND_BEFORE_COMMIT)) {
                add(first, "commits step " + step + " and lets go", released, worker.at(Phase.RELEASED));
            }
            int fence = run.fence() + 1;
            StepState kept = written.with(new Run(next, false, fence, true));
            var holder = new Worker(Phase.HOLDS, step + 1, fence, worker.message());
            add(first, "commits step " + step + " and goes on", kept, holder);
        }

        /// The condition of a holder's writes. A lease that is over does not count against it.
        private boolean owns(Worker worker) {
            return !run.ended() && run.step() == worker.step() && run.fence() == worker.fence();
        }

        private void send(boolean first, Worker worker, Phase next) {
            int step = worker.step() + 1;
            StepState after = step < STEPS ? state.withWakes(state.wakes().plus(step)) : state;
            add(first, "sends the message of step " + step, after, worker.at(next));
        }

        private StepState messageBack(Worker worker) {
            return worker.hasMessage() ? state.withWakes(state.wakes().plus(worker.message())) : state;
        }

        void ofLease() {
            if (!run.leased()) {
                return;
            }
            StepState over = state.with(new Run(run.step(), run.ended(), run.fence(), false));
            if (!holds(state.a()) && !holds(state.b())) {
                found.add(new Move<>("the lease of a dead worker ends", over, false));
            } else if (state.left().expiries() > 0) {
                StepState frozen = over.with(state.left().lessExpiry());
                found.add(new Move<>("the lease of a live worker ends", frozen, true));
            }
        }

        private boolean holds(Worker worker) {
            return worker.phase().holds() && worker.fence() == run.fence();
        }

        void ofReaper() {
            if (flaws.contains(Flaw.NO_REAPER) || run.ended() || run.leased()) {
                return;
            }
            boolean pending = state.wakes().of(run.step()) > 0;
            if (!pending && state.idle()) {
                found.add(new Move<>("the reaper wakes step " + run.step(), woken(), false));
            } else if (!pending && state.left().hastyWakes() > 0) {
                StepState hasty = woken().with(state.left().lessHastyWake());
                found.add(new Move<>("the reaper wakes step " + run.step() + " beside a worker", hasty, true));
            }
        }

        private StepState woken() {
            return state.withWakes(state.wakes().plus(run.step()));
        }

        void ofQueue() {
            for (int step = 0; step < STEPS; step++) {
                if (state.wakes().of(step) > 0 && state.left().duplicates() > 0) {
                    StepState twice = state.withWakes(state.wakes().plus(step));
                    found.add(new Move<>(
                            "the message of step " + step + " is doubled",
                            twice.with(state.left().lessDuplicate()),
                            true));
                }
            }
        }

        private void add(boolean first, String what, StepState after, Worker worker) {
            found.add(new Move<>(name(first) + " " + what, after.with(first, worker), false));
        }

        private static String name(boolean first) {
            return first ? "A" : "B";
        }
    }
}
