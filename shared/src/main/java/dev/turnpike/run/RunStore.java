package dev.turnpike.run;

import dev.turnpike.conversation.Item;
import dev.turnpike.ledger.LedgerRow;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Keeps runs. Every write is conditional, and a lost race is a return value.
///
/// All methods throw [StoreUnavailableException] when the store cannot be reached or stays throttled until
/// `deadline`; the effect of the write is then unknown, and repeating it is safe.
public interface RunStore {
    /// Writes the run, its input and, if new, its conversation in one transaction.
    ///
    /// @throws ItemTooLargeException an item of the input, or all of it, can't be stored; nothing was written
    Creation create(NewRun run);

    sealed interface Creation {
        record Created(Run run) implements Creation {}

        /// The same `Idempotency-Key` with the same request has created this run before.
        record Repeated(Run run) implements Creation {}

        /// The same `Idempotency-Key` came with another request.
        record KeyReused() implements Creation {}

        /// Another run holds the conversation, or has just moved its end.
        record Locked() implements Creation {}
    }

    /// Whether this `Idempotency-Key` of the tenant has created a run before.
    ///
    /// @return Repeated or KeyReused; empty when the key is free
    Optional<Creation> earlier(String tenant, NewRun.Idempotency idempotency);

    Optional<Run> find(RunKey key);

    /// Takes the step for one try: a new fence, a lease until `leaseUntil`, one more attempt.
    Acquisition acquire(RunKey key, int step, Instant now, Instant leaseUntil, String owner);

    sealed interface Acquisition {
        record Acquired(Run run) implements Acquisition {}

        /// Somebody works on it until `until`, unless they are dead; or its next try is not due before then.
        record Held(Instant until) implements Acquisition {}

        /// The message is for a step that is already done.
        record Stale(Run run) implements Acquisition {}

        record Ended(Run run) implements Acquisition {}

        /// It has no place in its conversation yet.
        record Waiting(Run run) implements Acquisition {}

        /// Tried as often as the limits allow.
        record Exhausted(Run run) implements Acquisition {}

        /// No such run, or deleted.
        record Unknown() implements Acquisition {}
    }

    /// Gives a waiting run's input its place at the end of the conversation, if nobody holds that and nobody waits
    /// longer. Runs that have ended while they waited are passed over.
    Turn takeTurn(Run waiting, Instant now);

    enum Turn {
        TAKEN,
        /// Others come first.
        NOT_YET,
        /// The run does not wait any more, or the conversation is deleted.
        GONE
    }

    /// Ends a run that waits.
    ///
    /// @return empty when it does not wait any more
    Optional<Run> endWaiting(Run waiting, StopReason reason, Instant now);

    /// @throws ItemTooLargeException what the step brought can't be stored; nothing was written
    Commit commit(StepCommit commit);

    sealed interface Commit {
        record Committed(Run run) implements Commit {}

        /// Somebody asked for the run's cancellation; nothing was written.
        record CancelRequested() implements Commit {}

        /// The lease has passed to somebody else, or the run has ended; nothing was written.
        record FencedOut() implements Commit {}
    }

    /// Prolongs the holder's lease.
    ///
    /// @return false when it is not the holder's any more
    boolean renew(Run run, Instant leaseUntil);

    /// Gives the lease back without a result; the attempt counts. Does nothing when the fence has moved on.
    ///
    /// @param due when the next try is wanted; until then the run is not taken for forgotten
    void release(Run run, Instant due);

    /// The same, and the attempt does not count, since none was made.
    void putOff(Run run, Instant due);

    /// Records that an attempt was paid for in vain; again for the same fence: nothing.
    void abandon(RunKey key, LedgerRow row);

    /// What is known of the step's tool calls from earlier attempts, by index.
    Map<Integer, ToolRecord> toolRecords(Run run);

    /// Writes the intent of a call that must not start twice, if the run is still ours and not cancelled.
    ///
    /// @return false when an earlier attempt has written it or the lease is lost: the call must not start
    boolean intend(Run run, ToolRecord intent);

    /// Saves one call's result, so that only missing ones run again after a crash. The first writer wins.
    ///
    /// @throws ItemTooLargeException the result can't be stored, which none is that a tool may give
    void saveToolResult(Run run, ToolRecord done);

    /// @param index position among the step's calls
    /// @param key the idempotency key
    /// @param result null while only the intent is known
    record ToolRecord(int index, String tool, String key, Item.@Nullable ToolResult result) {}

    /// Uses up a person's approval, for this run: what was allowed once runs once, whoever sends the approval again.
    ///
    /// @param request the id of the [Item.ApprovalRequest], which may lie in another conversation
    /// @return false when another run has used it
    boolean useApproval(Run run, String request);

    /// Records that a message is about to be sent again, if the run is still as it was read and not terminal.
    ///
    /// @return false when it has moved: there is nothing to send
    boolean resend(Run run, Instant now);

    /// Records that a waiting run was looked at and is to be looked at again, if it is still as it was read.
    ///
    /// @param due when its message comes; until then it is not taken for forgotten
    /// @return false when it has moved: there is nothing to send
    boolean lookAgain(Run waiting, Instant due);

    /// Notes that the run's end is wanted. Nothing else changes: its holder sees it at the latest when it commits, and
    /// the next holder before it starts anything. Asked for again, it says the same.
    Cancellation requestCancel(RunKey key, Instant now);

    sealed interface Cancellation {
        /// @param run as it is now; nobody may hold it
        record Noted(Run run) implements Cancellation {}

        /// It had ended before.
        record Ended(Run run) implements Cancellation {}

        /// No such run, or deleted.
        record Unknown() implements Cancellation {}
    }

    /// Deletes a run that has ended: from then on it is found nowhere. Its ledger rows stay, and so does the place of
    /// its
    /// items. Asked for again, it finishes what an earlier deletion left.
    ///
    /// @param withItems whether the content of its items goes too; otherwise they stay its conversation's
    Deletion delete(RunKey key, boolean withItems, Instant now);

    enum Deletion {
        DELETED,
        /// It has not ended; nothing was written.
        IN_FLIGHT,
        /// No such run, or deleted before.
        UNKNOWN
    }

    /// The input of a run that waits for its turn, or ended while it did. Its items have other ids once they have their
    /// places.
    List<Item> waitingInput(Run run);

    /// Whether the run's end is wanted, or the run is gone. A cheap read that may lag: a holder looks often, and the
    /// commit decides.
    boolean cancelRequested(RunKey key);

    /// Marks the reply as delivered.
    void replySent(RunKey key);

    /// The runs of a shard that were not terminal when the index saw them, oldest first, read as they are asked for.
    /// It lags: read the run itself before acting on it.
    Stream<RunKey> active(int shard);

    /// Most input items that an existing conversation takes in one transaction.
    int MOST_ITEMS_AT_ONCE = 90;

    /// Most input items of a run that waits.
    int MOST_WAITING_ITEMS = 45;

    /// Most runs that wait for one conversation.
    int MOST_WAITING_RUNS = 100;

    /// Number of shards of the index of active runs.
    int ACTIVE_SHARDS = 8;

    List<LedgerRow> ledger(RunKey key);
}
