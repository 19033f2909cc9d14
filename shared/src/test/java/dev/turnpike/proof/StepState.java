package dev.turnpike.proof;

/// All that the table, the queue and two workers hold between two moves.
///
/// @param wakes messages in the queue, by step
/// @param commits of each step
/// @param rows settled ledger rows of each step
/// @param record what the table says of the tool call
/// @param paid model calls
/// @param effects that the tool has had
record StepState(
        Run run,
        Worker a,
        Worker b,
        Counts wakes,
        Counts commits,
        Counts rows,
        ToolRecord record,
        int paid,
        int effects,
        Budget left) {

    /// @param fence of the latest acquisition
    /// @param leased whether its holder is left alone
    record Run(int step, boolean ended, int fence, boolean leased) {}

    /// @param step that it holds or held
    /// @param fence that it acquired; 0 for none
    /// @param message the step that its message names; [#NO_MESSAGE] when it has none
    record Worker(Phase phase, int step, int fence, int message) {
        static final int NO_MESSAGE = -1;
        static final Worker IDLE = new Worker(Phase.IDLE, 0, 0, NO_MESSAGE);

        Worker at(Phase next) {
            return new Worker(next, step, fence, message);
        }

        boolean hasMessage() {
            return message != NO_MESSAGE;
        }
    }

    /// Where a worker stands. A crash can come at each.
    enum Phase {
        IDLE,
        /// Has a message; acquires next.
        WOKEN,
        /// Has acquired; works next.
        HOLDS,
        /// Has written the intent; the tool runs next.
        INTENDED,
        /// The tool had its effect; its result is saved next.
        RAN,
        /// Has a result; commits next.
        BROUGHT,
        /// Has to say that a tool's outcome is unknown; commits the end of the run next.
        UNSURE,
        /// A flaw: has written the ledger row before the commit.
        CHARGED,
        /// A flaw: has sent the next message before the commit.
        SENT_EARLY,
        /// Has committed and given the lease back; sends the next message.
        RELEASED,
        /// Acknowledges its message next.
        DONE;

        /// Takes itself for the holder of the lease.
        boolean holds() {
            return switch (this) {
                case HOLDS, INTENDED, RAN, BROUGHT, UNSURE, CHARGED, SENT_EARLY -> true;
                case IDLE, WOKEN, RELEASED, DONE -> false;
            };
        }
    }

    enum ToolRecord {
        NONE,
        INTENT,
        RESULT
    }

    /// What may still go wrong.
    ///
    /// @param duplicates of a message
    /// @param crashes of a worker
    /// @param expiries of a lease whose holder is alive
    /// @param hastyWakes by the reaper, while a worker is busy with the run
    record Budget(int duplicates, int crashes, int expiries, int hastyWakes) {
        Budget lessDuplicate() {
            return new Budget(duplicates - 1, crashes, expiries, hastyWakes);
        }

        Budget lessCrash() {
            return new Budget(duplicates, crashes - 1, expiries, hastyWakes);
        }

        Budget lessExpiry() {
            return new Budget(duplicates, crashes, expiries - 1, hastyWakes);
        }

        Budget lessHastyWake() {
            return new Budget(duplicates, crashes, expiries, hastyWakes - 1);
        }
    }

    /// A small number for each step.
    record Counts(int packed) {
        static final Counts ZERO = new Counts(0);
        private static final int BITS = 4;
        private static final int MOST = (1 << BITS) - 1;

        int of(int step) {
            return (packed >> (step * BITS)) & MOST;
        }

        Counts plus(int step) {
            if (of(step) == MOST) {
                throw new IllegalStateException("more than " + MOST + " at step " + step);
            }
            return new Counts(packed + (1 << (step * BITS)));
        }

        Counts minus(int step) {
            return new Counts(packed - (1 << (step * BITS)));
        }
    }

    Worker worker(boolean first) {
        return first ? a : b;
    }

    boolean idle() {
        return a.phase() == Phase.IDLE && b.phase() == Phase.IDLE;
    }

    StepState with(Run next) {
        return new StepState(next, a, b, wakes, commits, rows, record, paid, effects, left);
    }

    StepState with(boolean first, Worker next) {
        return new StepState(
                run, first ? next : a, first ? b : next, wakes, commits, rows, record, paid, effects, left);
    }

    StepState withWakes(Counts next) {
        return new StepState(run, a, b, next, commits, rows, record, paid, effects, left);
    }

    StepState committed(int step) {
        return new StepState(run, a, b, wakes, commits.plus(step), rows, record, paid, effects, left);
    }

    StepState charged(int step) {
        return new StepState(run, a, b, wakes, commits, rows.plus(step), record, paid, effects, left);
    }

    StepState with(ToolRecord next) {
        return new StepState(run, a, b, wakes, commits, rows, next, paid, effects, left);
    }

    StepState paidOnce() {
        return new StepState(run, a, b, wakes, commits, rows, record, paid + 1, effects, left);
    }

    StepState withEffects(int next) {
        return new StepState(run, a, b, wakes, commits, rows, record, paid, next, left);
    }

    StepState with(Budget next) {
        return new StepState(run, a, b, wakes, commits, rows, record, paid, effects, next);
    }
}
