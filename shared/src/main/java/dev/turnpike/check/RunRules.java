package dev.turnpike.check;

import static java.util.stream.Collectors.toCollection;

import dev.turnpike.check.Partition.CallRow;
import dev.turnpike.check.Partition.Claim;
import dev.turnpike.check.Partition.Place;
import dev.turnpike.check.Partition.RunRow;
import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.engine.Reaper;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.run.IdempotencyKeys;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StopReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// I1, I5, I7, I8, I12, I13 and I15: one run.
final class RunRules {
    private static final Duration REAPER_INTERVAL = Duration.ofMinutes(1);

    private static final Duration CLAIM = Duration.ofHours(24);

    private final Partition partition;
    private final Found found;
    private final RunRow row;
    private final Run run;

    RunRules(Partition partition, Found found, RunRow row) {
        this.partition = partition;
        this.found = found;
        this.row = row;
        this.run = row.run();
    }

    void check(@Nullable Conversation head, Instant now) {
        found.unless(run.key().conversation().equals(partition.key()), 13, run, "is named {}", run.key());
        everyStepLeftATrace();
        partition.calls().stream()
                .filter(call -> call.run().equals(run.key().run()))
                .forEach(this::call);
        if (run.status().terminal()) {
            ended();
        } else {
            underWay(now);
        }
        holds(head);
        limits();
        partition.claims().stream()
                .filter(claim -> claim.run().equals(run.key().run()))
                .forEach(claim -> claim(claim, now));
    }

    /// A step that failed or could not be stored, which ended the run, may have left nothing.
    private void everyStepLeftATrace() {
        Stream<Integer> settled = partition.ledger().stream()
                .filter(charge -> charge.run().equals(run.key().run()))
                .filter(charge -> charge.state() == LedgerRow.State.SETTLED)
                .map(LedgerRow::step);
        Stream<Integer> written = Stream.concat(
                partition.output(run).stream().map(StoredItem::step),
                partition.deletedOutput(run).stream().map(Place::step));
        Set<Integer> traces = Stream.concat(settled, written).collect(toCollection(TreeSet::new));
        int certain = lastMayBeEmpty() ? run.step() - 1 : run.step();
        boolean outputExpired =
                partition.oldest().filter(item -> item.seq() > run.inputEnd()).isPresent();
        for (int step = 0; step < certain && !outputExpired; step++) {
            found.unless(traces.contains(step), 1, run, "is at step {}, step {} left nothing", run.step(), step);
        }
        for (int step : traces) {
            found.unless(step < run.step(), 1, run, "is at step {}, step {} is committed", run.step(), step);
        }
    }

    private boolean lastMayBeEmpty() {
        return run.status() == RunStatus.FAILED || run.status() == RunStatus.CANCELLED;
    }

    private void call(CallRow row) {
        String name = "call %d of step %d of run %s".formatted(row.call().index(), row.step(), row.run());
        String key = IdempotencyKeys.of(
                run.key(), row.step(), row.call().index(), row.call().tool());
        found.unless(
                key.equals(row.call().key()),
                5,
                name,
                "its key is {}, not {}",
                row.call().key(),
                key);
        int committed = lastMayBeEmpty() ? run.step() - 1 : run.step();
        boolean deleted = partition.deletedOutput(run).stream().anyMatch(item -> item.step() == row.step());
        if (row.step() < committed && row.call().result() == null && !deleted) {
            List<Item.ToolResult> results = results(row.step());
            boolean none = row.call().index() < results.size()
                    && results.get(row.call().index()).outcome() != Item.Outcome.DONE;
            found.unless(none, 5, name, "did not end, and its result does not say so");
        }
    }

    private List<Item.ToolResult> results(int step) {
        return partition.output(run).stream()
                .filter(item -> item.step() == step)
                .map(StoredItem::item)
                .flatMap(item -> item instanceof Item.ToolResult result ? Stream.of(result) : Stream.empty())
                .toList();
    }

    private void ended() {
        found.unless(run.leaseUntil().equals(Instant.EPOCH), 7, run, "has ended and is held");
        found.unless(!row.indexed(), 7, run, "has ended and is in the index of active runs");
        found.unless(run.endedAt() != null, 7, run, "has ended, nobody knows when");
        StopReason reason = run.stopReason();
        found.unless(
                reason != null && reason.status() == run.status(),
                7,
                run,
                "is {}, its stop reason {}",
                Found.text(run.status()),
                reason == null ? "missing" : Found.text(reason));
    }

    private void underWay(Instant now) {
        found.unless(row.indexed(), 7, run, "has not ended and is missing from the index of active runs");
        Instant touched = run.leaseUntil().isAfter(run.changedAt()) ? run.leaseUntil() : run.changedAt();
        found.unless(
                !touched.plus(Reaper.patience(run)).plus(REAPER_INTERVAL).isBefore(now),
                8,
                run,
                "is {} at step {} and has been still since {}",
                Found.text(run.status()),
                run.step(),
                touched);
    }

    private void holds(@Nullable Conversation head) {
        if (head != null) {
            boolean holds = run.key().run().equals(head.activeRun());
            boolean should = !run.status().terminal() && !run.waiting();
            String status = Found.text(run.status());
            found.unless(holds == should, 7, run, "is {}, the head names {}", status, head.activeRun());
        }
    }

    private void limits() {
        int maxSteps = run.limits().maxSteps();
        int maxAttempts = run.limits().maxAttempts();
        found.unless(run.step() <= maxSteps, 12, run, "has taken {} steps of {}", run.step(), maxSteps);
        found.unless(run.attempts() <= maxAttempts, 12, run, "is at attempt {} of {}", run.attempts(), maxAttempts);
    }

    /// Within its day the key leads to this run; after it, it may be another's.
    private void claim(Claim claim, Instant now) {
        Instant day = run.createdAt().plus(CLAIM);
        Instant unstored = run.limits().unstoredUntil();
        Instant until = day.isBefore(unstored) ? day : unstored;
        found.unless(
                !now.isBefore(until) || run.key().run().equals(claim.names()),
                15,
                run,
                "its Idempotency-Key leads to {}",
                claim.names() == null ? "nothing" : claim.names());
    }
}
