package dev.turnpike.conversation;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Reads conversations. Their items are written by what runs commit.
public interface ConversationStore {
    /// Makes an empty conversation.
    ///
    /// @return false when it exists
    boolean create(ConversationKey key, Instant now, Instant expiresAt);

    /// The conversation, or empty when there is none, it is another tenant's, or it has expired.
    Optional<Conversation> find(ConversationKey key);

    /// Deletes the conversation with all that it holds but the ledger's rows, which have no content. A run that is at
    /// work in it can't commit any more; what it leaves behind is deleted when it finds that out.
    ///
    /// @return false when there is none; whatever an earlier deletion left is deleted all the same
    boolean delete(ConversationKey key, Instant now);

    /// At most `limit` items with a sequence number below `beforeSeq`, newest first. Never a hole: items that exist
    /// are returned, whatever replica answers.
    ///
    /// @param mostCharacters the item that reaches these is the last one, however many more there are
    List<StoredItem> newestFirst(ConversationKey key, long beforeSeq, int limit, long mostCharacters);

    /// The items from `fromSeq` up to but not including `toSeq`, oldest first.
    List<StoredItem> range(ConversationKey key, long fromSeq, long toSeq);
}
