package dev.turnpike.fake;

import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunStatus;
import dev.turnpike.workspace.FileContent;
import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.NewRevision;
import dev.turnpike.workspace.Revision;
import dev.turnpike.workspace.Revision.Change;
import dev.turnpike.workspace.Workspace;
import dev.turnpike.workspace.WorkspaceStore;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/// Workspaces as a table keeps them. What there is of conversations and runs, others say.
public final class MemoryWorkspaceStore implements WorkspaceStore {
    /// What is asked of whoever keeps conversations and runs.
    ///
    /// @param nextSeq how many items a conversation has; -1 for one that is not there
    /// @param works whether a run has neither ended nor is to end
    public record Surroundings(ToLongFunction<ConversationKey> nextSeq, BiPredicate<ConversationKey, String> works) {
        /// Every conversation is there, and every run at work.
        public static final Surroundings ALL = new Surroundings(_ -> 0, (_, _) -> true);

        public static Surroundings of(MemoryStore store) {
            return new Surroundings(
                    key -> store.find(key).map(Conversation::nextSeq).orElse(-1L),
                    (key, run) -> store.find(new RunKey(key, run))
                            .filter(found -> found.status() == RunStatus.IN_PROGRESS && !found.cancelRequested())
                            .isPresent());
        }
    }

    private static final class Kept {
        Workspace head;
        final TreeMap<Long, Revision> revisions = new TreeMap<>();
        final Map<String, Long> byKey = new HashMap<>();
        final Map<String, FileContent> contents = new HashMap<>();

        Kept(ConversationKey key) {
            this.head = Workspace.empty(key);
        }
    }

    private final Map<ConversationKey, Kept> workspaces = new HashMap<>();
    private final InstantSource clock;
    private final Surroundings surroundings;

    public MemoryWorkspaceStore(InstantSource clock, Surroundings surroundings) {
        this.clock = clock;
        this.surroundings = surroundings;
    }

    private Kept of(ConversationKey key) {
        if (surroundings.nextSeq().applyAsLong(key) < 0) {
            workspaces.remove(key);
            return new Kept(key);
        }
        return workspaces.computeIfAbsent(key, Kept::new);
    }

    @Override
    public synchronized Workspace load(ConversationKey key) {
        return of(key).head;
    }

    @Override
    public synchronized Map<String, FileContent> contents(ConversationKey key, Collection<FileEntry> files) {
        Map<String, FileContent> found = new HashMap<>();
        for (FileEntry file : files) {
            FileContent content = of(key).contents.get(place(file));
            if (content != null) {
                found.put(file.hash(), content);
            }
        }
        return found;
    }

    private static String place(FileEntry file) {
        return file.hash() + " " + file.origin();
    }

    @Override
    public synchronized Committed commit(NewRevision revision) {
        ConversationKey key = revision.base().key();
        long seq = surroundings.nextSeq().applyAsLong(key);
        String run = revision.cause().run();
        Kept kept = of(key);
        Long earlier = kept.byKey.get(revision.cause().key());
        if (earlier != null) {
            return new Committed.AlreadyDone(earlier);
        }
        if (seq < 0 || (run != null && !surroundings.works().test(key, run))) {
            return new Committed.Gone();
        }
        if (kept.head.revision() != revision.base().revision()
                || (revision.reliesOn() != 0 && !kept.revisions.containsKey(revision.reliesOn()))) {
            return new Committed.Conflict();
        }
        Workspace result = revision.result();
        revision.contents()
                .forEach((hash, content) ->
                        kept.contents.put(hash + " " + revision.cause().origin(), content));
        kept.revisions.put(
                result.revision(),
                new Revision(result.revision(), revision.cause(), seq, clock.instant(), revision.changes()));
        kept.byKey.put(revision.cause().key(), result.revision());
        kept.head = result;
        return new Committed.Done(result);
    }

    @Override
    public synchronized Optional<Revision> revision(ConversationKey key, long number) {
        return Optional.ofNullable(of(key).revisions.get(number));
    }

    @Override
    public synchronized List<Revision> newestFirst(ConversationKey key, long before, int limit) {
        return of(key).revisions.headMap(before).values().stream()
                .sorted(Comparator.comparingLong(Revision::number).reversed())
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized Optional<Long> byKey(ConversationKey key, String causeKey) {
        return Optional.ofNullable(of(key).byKey.get(causeKey));
    }

    @Override
    public synchronized void forgetOlder(Workspace head, int keptRevisions) {
        Kept kept = of(head.key());
        if (kept.head.revision() == head.revision()) {
            kept.revisions.headMap(head.revision() - keptRevisions + 1).clear();
            Set<String> needed = new HashSet<>();
            files(kept).map(MemoryWorkspaceStore::place).forEach(needed::add);
            kept.contents.keySet().retainAll(needed);
        }
    }

    private static Stream<FileEntry> files(Kept kept) {
        List<FileEntry> files = new ArrayList<>(kept.head.files().values());
        for (Revision revision : kept.revisions.values()) {
            for (Change change : revision.changes()) {
                Stream.of(Optional.ofNullable(change.before()), Optional.ofNullable(change.after()))
                        .flatMap(Optional::stream)
                        .forEach(files::add);
            }
        }
        return files.stream();
    }

    /// Everything, to be compared with what it was.
    public synchronized String snapshot() {
        StringBuilder all = new StringBuilder();
        workspaces.forEach((key, kept) -> all.append(key).append(kept.head).append(kept.byKey));
        return all.toString();
    }

    /// How many contents are kept.
    public synchronized int contents(ConversationKey key) {
        return of(key).contents.size();
    }
}
