package dev.turnpike.workspace;

import dev.turnpike.conversation.ConversationKey;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Keeps workspaces, each with its conversation and for as long. Every write is conditional, and a lost race is a
/// return value.
public interface WorkspaceStore {
    /// The newest revision; empty files and revision 0 for a conversation that has never had any.
    Workspace load(ConversationKey key);

    /// The bytes of these files.
    ///
    /// @return by their hash; what is kept no more is left out
    Map<String, FileContent> contents(ConversationKey key, Collection<FileEntry> files);

    /// Writes a revision and the bytes it brings, all of it or nothing, if `base` is still the newest.
    Committed commit(NewRevision revision);

    sealed interface Committed {
        record Done(Workspace workspace) implements Committed {}

        /// There is a revision under this key, of an earlier attempt; nothing was written.
        record AlreadyDone(long revision) implements Committed {}

        /// Another revision came first, or what this one relies on is kept no more; nothing was written.
        record Conflict() implements Committed {}

        /// The conversation is deleted or has expired, or the run that is the cause has ended or is to end; nothing was
        /// written.
        record Gone() implements Committed {}
    }

    /// Empty for a revision that never was, or is kept no more.
    Optional<Revision> revision(ConversationKey key, long number);

    /// At most `limit` revisions with a number below `before`, newest first. They have no gap.
    List<Revision> newestFirst(ConversationKey key, long before, int limit);

    /// The number of the revision that was made under a key, if there is one. It may be kept no more.
    Optional<Long> byKey(ConversationKey key, String causeKey);

    /// Forgets all but the newest `kept` revisions, with the bytes that no file has any more and no other revision can
    /// bring back. Does nothing when `head` is not the newest revision any more.
    void forgetOlder(Workspace head, int kept);
}
