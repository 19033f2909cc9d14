package dev.turnpike.check;

import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunStore.ToolRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// All rows of one conversation that have not expired. Content is not looked at, and may be left out.
///
/// @param head null when there is none
/// @param deleted whether there is a tombstone in its place
/// @param deletedItems places of items that were deleted
/// @param oldestItemExpires when the first of the items expires, deleted ones included; null when there are none
/// @param claims one for each run that was created under an `Idempotency-Key`
/// @param files null when it never had any
/// @param others sort keys of the rows of any other kind
/// @param unreadable rows that could not be understood
public record Partition(
        ConversationKey key,
        @Nullable Conversation head,
        boolean deleted,
        List<StoredItem> items,
        List<Place> deletedItems,
        @Nullable Instant oldestItemExpires,
        List<RunRow> runs,
        List<LedgerRow> ledger,
        List<CallRow> calls,
        List<Claim> claims,
        @Nullable FileRows files,
        List<String> others,
        List<Violation> unreadable) {
    /// A run's input expires earlier than its conversation by at most so much.
    private static final Duration LONGEST_RUN = Duration.ofDays(2);

    /// Where an item is, or was before it was deleted.
    ///
    /// @param run the run that wrote it; null for an item that was added without one
    public record Place(long seq, @Nullable String run, int step, Instant createdAt) {
        private static Place of(StoredItem item) {
            return new Place(item.seq(), item.run(), item.step(), item.createdAt());
        }
    }

    /// @param indexed whether the index of active runs shows it
    public record RunRow(Run run, boolean indexed) {}

    /// What is known of a tool call before its step is committed, and kept after that.
    public record CallRow(String run, int step, ToolRecord call) {}

    /// @param run the run that was created under the key
    /// @param names the run that the key leads to now; null when it leads to none
    public record Claim(String run, @Nullable String names) {}

    Optional<Run> run(String id) {
        return runs.stream()
                .map(RunRow::run)
                .filter(run -> run.key().run().equals(id))
                .findFirst();
    }

    /// Items that the run wrote after its input.
    List<StoredItem> output(Run run) {
        return items.stream()
                .filter(item -> item.seq() >= run.inputEnd())
                .filter(item -> run.key().run().equals(item.run()))
                .toList();
    }

    /// Those of them that were deleted.
    List<Place> deletedOutput(Run run) {
        return deletedItems.stream()
                .filter(item -> item.seq() >= run.inputEnd())
                .filter(item -> run.key().run().equals(item.run()))
                .toList();
    }

    /// Every place, of items and of those that were deleted, in order.
    List<Place> places() {
        return Stream.concat(items.stream().map(Place::of), deletedItems.stream())
                .sorted(Comparator.comparingLong(Place::seq))
                .toList();
    }

    Optional<Place> oldest() {
        return Stream.concat(
                        items.stream().limit(1).map(Place::of),
                        deletedItems.stream().limit(1))
                .min(Comparator.comparingLong(Place::seq));
    }

    /// Whether items from before the first that is there have expired, as they do one by one when a conversation lives
    /// on.
    boolean oldestMayBeGone(Conversation head, Instant now) {
        Instant expires = oldestItemExpires == null ? head.expiresAt().minus(LONGEST_RUN) : oldestItemExpires;
        Instant created = oldest().map(Place::createdAt).orElse(head.createdAt());
        long lifeMillis = expires.toEpochMilli() - created.toEpochMilli();
        return !head.createdAt().plusMillis(lifeMillis).isAfter(now);
    }
}
