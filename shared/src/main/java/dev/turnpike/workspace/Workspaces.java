package dev.turnpike.workspace;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolException;
import dev.turnpike.workspace.Revision.Cause;
import dev.turnpike.workspace.Revision.Change;
import dev.turnpike.workspace.WorkspaceStore.Committed;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads workspaces and changes them. Those who change other files at the same time are not in each other's way.
public final class Workspaces {
    /// More than the calls that a step makes side by side.
    private static final int MOST_TRIES = 40;

    /// Old revisions are looked for once in so many.
    private static final int FORGOTTEN_TOGETHER = 20;

    /// All of them are written with every revision.
    private static final int MOST_PATH_CHARACTERS = 300_000;

    private final WorkspaceStore store;
    private final WorkspaceLimits limits;

    public Workspaces(WorkspaceStore store, WorkspaceLimits limits) {
        this.store = store;
        this.limits = limits;
    }

    /// The conversation whose files a call is about.
    public static ConversationKey conversation(ToolContext call) {
        return new ConversationKey(call.tenant(), call.conversation());
    }

    public WorkspaceLimits limits() {
        return limits;
    }

    WorkspaceStore store() {
        return store;
    }

    public Workspace load(ConversationKey key) {
        return store.load(key);
    }

    /// The bytes of these files of a workspace that was just loaded, by their hash.
    ///
    /// @throws ToolException it is not there any more, or has changed so much meanwhile that some are kept no more
    public Map<String, FileContent> contents(ConversationKey key, Collection<FileEntry> files) throws ToolException {
        Map<String, FileContent> contents = store.contents(key, files);
        if (files.stream().anyMatch(file -> !contents.containsKey(file.hash()))) {
            throw new ToolException("the files were deleted meanwhile");
        }
        return contents;
    }

    /// @throws ToolException as [#contents]
    public FileContent content(ConversationKey key, FileEntry file) throws ToolException {
        return List.copyOf(contents(key, List.of(file)).values()).getFirst();
    }

    /// What somebody wants a workspace to become. Asked again when it has changed meanwhile.
    ///
    /// @param <X> what tells that it can't be
    @FunctionalInterface
    public interface Wish<X extends Exception> {
        List<Edit> of(Workspace now) throws X;
    }

    /// Makes the edits that the newest workspace asks for. What others do meanwhile is seen, and never lost.
    ///
    /// @throws X as the wish throws it; nothing was written
    public <X extends Exception> Applied change(ConversationKey key, Cause cause, Wish<X> wish) throws X {
        return commit(key, cause, now -> edit(now, cause, wish.of(now)));
    }

    /// Makes edits of a workspace as somebody has seen it, also where others have changed other files since.
    public Applied apply(Workspace seen, Cause cause, List<Edit> edits) {
        return commit(seen.key(), cause, now -> {
            List<WorkspacePath> changed = edits.stream()
                    .map(Edit::path)
                    .filter(path ->
                            !FileEntry.same(seen.files().get(path), now.files().get(path)))
                    .toList();
            return changed.isEmpty()
                    ? edit(now, cause, edits)
                    : new Plan.Stop(new Applied.Conflict(now.revision(), changed));
        });
    }

    /// Makes edits where nothing at all may have changed since a revision.
    public <X extends Exception> Applied changeOnly(long revision, ConversationKey key, Cause cause, Wish<X> wish)
            throws X {
        return commit(
                key,
                cause,
                now -> now.revision() == revision
                        ? edit(now, cause, wish.of(now))
                        : new Plan.Stop(new Applied.Conflict(now.revision(), List.of())));
    }

    private Plan edit(Workspace now, Cause cause, List<Edit> edits) {
        Map<String, FileEntry> known = new HashMap<>();
        now.files().values().forEach(file -> known.put(file.hash(), file));
        Map<String, FileContent> brought = new HashMap<>();
        // The last edit of a path counts.
        Map<WorkspacePath, Change> changes = new TreeMap<>();
        for (Edit edit : edits) {
            FileEntry before = now.files().get(edit.path());
            FileEntry after = entry(edit, known, cause);
            FileContent content = edit.content();
            if (after != null && content != null && !known.containsKey(after.hash())) {
                brought.put(after.hash(), content);
            }
            changes.put(edit.path(), new Change(edit.path(), before, after));
        }
        return new Plan.Write(List.copyOf(changes.values()), brought, 0);
    }

    private static @Nullable FileEntry entry(Edit edit, Map<String, FileEntry> known, Cause cause) {
        FileContent content = edit.content();
        if (content == null) {
            return null;
        }
        FileEntry same = known.get(content.hash());
        String origin = same == null ? cause.origin() : same.origin();
        return new FileEntry(content.hash(), origin, content.sizeBytes(), edit.executable());
    }

    /// What is to be done with the workspace as it is now.
    sealed interface Plan {
        /// @param changes where nothing differs, nothing is written
        /// @param reliesOn as [NewRevision#reliesOn]
        record Write(List<Change> changes, Map<String, FileContent> contents, long reliesOn) implements Plan {}

        record Stop(Applied why) implements Plan {}
    }

    @FunctionalInterface
    interface Planner<X extends Exception> {
        Plan of(Workspace now) throws X;
    }

    /// Whatever does not write may be the second attempt of what has written before: what it wanted is there already.
    <X extends Exception> Applied commit(ConversationKey key, Cause cause, Planner<X> planner) throws X {
        Applied applied;
        try {
            applied = tried(key, cause, planner);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            Optional<Long> earlier = store.byKey(key, cause.key());
            if (earlier.isPresent()) {
                return new Applied.Done(earlier.get());
            }
            throw e;
        }
        return applied instanceof Applied.Done
                ? applied
                : store.byKey(key, cause.key()).<Applied>map(Applied.Done::new).orElse(applied);
    }

    private <X extends Exception> Applied tried(ConversationKey key, Cause cause, Planner<X> planner) throws X {
        for (int tries = 0; tries < MOST_TRIES; tries++) {
            Workspace now = store.load(key);
            switch (planner.of(now)) {
                case Plan.Stop(Applied why) -> {
                    return why;
                }
                case Plan.Write write -> {
                    Optional<Applied> written = written(now, cause, write);
                    if (written.isPresent()) {
                        return written.get();
                    }
                }
            }
        }
        return new Applied.Conflict(store.load(key).revision(), List.of());
    }

    /// @return empty when somebody else was faster
    private Optional<Applied> written(Workspace now, Cause cause, Plan.Write plan) {
        List<Change> changes = plan.changes().stream()
                .filter(change -> !FileEntry.same(change.before(), change.after()))
                .toList();
        if (changes.isEmpty()) {
            return Optional.of(new Applied.Unchanged(now.revision()));
        }
        String refusal = refusal(now, now.with(changes));
        if (refusal != null) {
            return Optional.of(new Applied.Refused(refusal));
        }
        return switch (store.commit(new NewRevision(now, cause, changes, plan.contents(), plan.reliesOn()))) {
            case Committed.Done(Workspace workspace) -> {
                forgetOld(workspace);
                yield Optional.of(new Applied.Done(workspace.revision()));
            }
            case Committed.AlreadyDone(long revision) -> Optional.of(new Applied.Done(revision));
            case Committed.Gone() -> Optional.of(new Applied.Gone());
            case Committed.Conflict() -> Optional.empty();
        };
    }

    private void forgetOld(Workspace head) {
        if (head.revision() > limits.keptRevisions() && head.revision() % FORGOTTEN_TOGETHER == 0) {
            store.forgetOlder(head, limits.keptRevisions());
        }
    }

    /// What was too much before may stay, and become less.
    private @Nullable String refusal(Workspace before, Workspace after) {
        Optional<WorkspacePath> folder = after.fileThatIsAFolder();
        if (folder.isPresent()) {
            return "%s would be a file and a folder; nothing was written".formatted(folder.get());
        }
        if (after.files().size() > limits.mostFiles()
                && after.files().size() > before.files().size()) {
            return "a workspace holds at most %,d files; nothing was written".formatted(limits.mostFiles());
        }
        if (pathCharacters(after) > MOST_PATH_CHARACTERS && pathCharacters(after) > pathCharacters(before)) {
            return "the paths of a workspace's files have at most %,d characters together; nothing was written"
                    .formatted(MOST_PATH_CHARACTERS);
        }
        if (after.totalBytes() > limits.mostBytes() && after.totalBytes() > before.totalBytes()) {
            return "a workspace holds at most %,d bytes and would have %,d; nothing was written"
                    .formatted(limits.mostBytes(), after.totalBytes());
        }
        return tooLong(before, after);
    }

    private static int pathCharacters(Workspace workspace) {
        return workspace.files().keySet().stream()
                .mapToInt(path -> path.toString().length())
                .sum();
    }

    private @Nullable String tooLong(Workspace before, Workspace after) {
        return after.files().entrySet().stream()
                .filter(file -> file.getValue().sizeBytes() > limits.mostFileBytes())
                .filter(file -> !FileEntry.same(before.files().get(file.getKey()), file.getValue()))
                .findFirst()
                .map(file -> "a file has at most %,d bytes, and %s would have %,d; nothing was written"
                        .formatted(
                                limits.mostFileBytes(),
                                file.getKey(),
                                file.getValue().sizeBytes()))
                .orElse(null);
    }
}
