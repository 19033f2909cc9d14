package dev.turnpike.conversation;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Keeps conversations, and the items that were added to them without a run. All others are written by what runs
/// commit.
///
/// An item that was deleted leaves its place empty: sequence numbers go on without it, and no read ever gives it.
public interface ConversationStore {
    /// Makes a conversation, with its first items and its entry in the list: all of it, or nothing. Items that no
    /// transaction can hold are refused with an exception, and nothing is written.
    ///
    /// @return false when it exists
    boolean create(NewConversation conversation);

    /// @param items already with ids; at most [#MOST_ITEMS_AT_ONCE]
    record NewConversation(
            ConversationKey key,
            Map<String, String> metadata,
            List<Item> items,
            Instant createdAt,
            Instant expiresAt) {}

    /// The conversation, or empty when there is none, it is another tenant's, or it has expired.
    Optional<Conversation> find(ConversationKey key);

    /// Replaces what its owner says about it.
    ///
    /// @return false when there is none
    boolean describe(ConversationKey key, Map<String, String> metadata, Instant now);

    /// At most `limit` conversations of the tenant that are to be kept, by the time of their creation, newest first.
    ///
    /// @param before the id that they are older than; null for the newest. It need not exist.
    List<Conversation> newestFirst(String tenant, @Nullable String before, int limit);

    /// Prolongs the conversation's entry in the list.
    void keepListed(ConversationKey key, Instant until);

    /// Deletes the conversation with all that it holds but the ledger's rows, which have no content. A run that is at
    /// work in it can't commit any more; what it leaves behind is deleted when it finds that out.
    ///
    /// @return false when there is none; whatever an earlier deletion left is deleted all the same
    boolean delete(ConversationKey key, Instant now);

    /// What became of a change to a conversation's items.
    enum Change {
        DONE,
        /// A run holds the conversation or waits for it, or it has just moved; nothing was written.
        BUSY,
        /// There is no such conversation or item.
        GONE
    }

    /// Most items that are added in one transaction.
    int MOST_ITEMS_AT_ONCE = 40;

    /// Adds items without a run at the end of the conversation, which must be there. Items that no transaction can hold
    /// are refused with an exception, and nothing is written.
    ///
    /// @param items already with ids
    /// @param expiresAt when they, and with them the conversation, may be deleted
    Change add(ConversationKey key, long firstSeq, List<Item> items, Instant now, Instant expiresAt);

    /// Deletes items, all or none, with what the runs that wrote them have kept of them: results of tools, events of
    /// streams.
    Change remove(ConversationKey key, List<StoredItem> items, Instant now);

    /// At most `limit` items with a sequence number below `beforeSeq`, newest first. Never a hole: items that exist
    /// are returned, whatever replica answers. Fewer than `limit` are the last there are, unless they are long.
    ///
    /// @param mostCharacters the item that reaches these is the last one, however many more there are
    List<StoredItem> newestFirst(ConversationKey key, long beforeSeq, int limit, long mostCharacters);

    /// The same from `fromSeq` up to but not including `toSeq`, oldest first.
    List<StoredItem> oldestFirst(ConversationKey key, long fromSeq, long toSeq, int limit, long mostCharacters);

    /// The items from `fromSeq` up to but not including `toSeq`, oldest first.
    List<StoredItem> range(ConversationKey key, long fromSeq, long toSeq);
}
