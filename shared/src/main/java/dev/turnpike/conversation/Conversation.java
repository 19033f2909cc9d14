package dev.turnpike.conversation;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The head record of a conversation.
///
/// @param nextSeq the sequence number that the next item gets; items 0 to nextSeq-1 exist, or did
/// @param activeRun the run that holds the conversation, if one does; only it may add items
/// @param parent where the conversation was forked off, if it was: its history goes on there
/// @param totals sum of the conversation's settled ledger rows
/// @param metadata its owner's own words about it, by name
/// @param expiresAt after it the conversation is gone, whether or not the table has deleted it yet
/// @param listedUntil when its entry in the list of conversations expires; null when it has none
public record Conversation(
        ConversationKey key,
        long nextSeq,
        @Nullable String activeRun,
        @Nullable ForkPoint parent,
        Totals totals,
        Map<String, String> metadata,
        Instant createdAt,
        Instant expiresAt,
        @Nullable Instant listedUntil) {

    public Conversation {
        metadata = Map.copyOf(metadata);
    }

    /// The history before the fork: items 0 to seq-1 of another conversation of the same tenant.
    public record ForkPoint(String conversation, long seq) {}

    /// How long the entry of a conversation in the list is kept: as long again as the conversation itself, so that it
    /// is not written with every turn that prolongs that.
    public static Instant listedUntil(Instant now, Instant expiresAt) {
        return expiresAt.plus(Duration.between(now, expiresAt));
    }

    /// Whether its entry in the list would expire before it does, if it lived until then.
    public boolean leavesList(Instant expiresAt) {
        return listedUntil != null && listedUntil.isBefore(expiresAt);
    }

    /// @param costMicros micro-USD; a lower bound when `unpricedSteps` is not 0
    /// @param unpricedSteps settled model calls whose price is not known
    public record Totals(
            long inputTokens,
            long cachedTokens,
            long cacheWriteTokens,
            long outputTokens,
            long reasoningTokens,
            long costMicros,
            long unpricedSteps) {
        public static final Totals ZERO = new Totals(0, 0, 0, 0, 0, 0, 0);
    }
}
