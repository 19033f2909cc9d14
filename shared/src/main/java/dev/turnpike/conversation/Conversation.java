package dev.turnpike.conversation;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The head record of a conversation.
///
/// @param nextSeq the sequence number that the next item gets; items 0 to nextSeq-1 exist
/// @param activeRun the run that holds the conversation, if one does; only it may add items
/// @param parent where the conversation was forked off, if it was: its history goes on there
/// @param totals sum of the conversation's settled ledger rows
/// @param expiresAt after it the conversation is gone, whether or not the table has deleted it yet
public record Conversation(
        ConversationKey key,
        long nextSeq,
        @Nullable String activeRun,
        @Nullable ForkPoint parent,
        Totals totals,
        Instant createdAt,
        Instant expiresAt) {

    /// The history before the fork: items 0 to seq-1 of another conversation of the same tenant.
    public record ForkPoint(String conversation, long seq) {}

    /// @param costMicros micro-USD; a lower bound when `unpricedSteps` is not 0
    /// @param unpricedSteps settled model calls whose price is not known
    public record Totals(
            long inputTokens,
            long cachedTokens,
            long outputTokens,
            long reasoningTokens,
            long costMicros,
            long unpricedSteps) {
        public static final Totals ZERO = new Totals(0, 0, 0, 0, 0, 0);
    }
}
