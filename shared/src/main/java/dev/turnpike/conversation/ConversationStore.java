package dev.turnpike.conversation;

import java.util.List;
import java.util.Optional;

/// Reads conversations. They are written by what a run commits.
public interface ConversationStore {
    /// The conversation, or empty when there is none, it is another tenant's, or it has expired.
    Optional<Conversation> find(ConversationKey key);

    /// At most `limit` items with a sequence number below `beforeSeq`, newest first. Never a hole: items that exist are
    /// returned, whatever replica answers.
    List<StoredItem> newestFirst(ConversationKey key, long beforeSeq, int limit);

    /// The items from `fromSeq` up to but not including `toSeq`, oldest first.
    List<StoredItem> range(ConversationKey key, long fromSeq, long toSeq);
}
