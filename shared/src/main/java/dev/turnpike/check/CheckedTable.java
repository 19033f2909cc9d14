package dev.turnpike.check;

import dev.turnpike.conversation.ConversationKey;
import java.util.stream.Stream;

/// What is to be checked, read only.
public interface CheckedTable {
    /// The tenant's conversations, read as the stream goes: those that are listed, and others that have an active run.
    Stream<ConversationKey> conversations(String tenant);

    /// May be called on any number of threads.
    Partition read(ConversationKey key);
}
