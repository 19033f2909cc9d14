package dev.turnpike.workspace;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.tool.Compensation;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.workspace.Revision.Cause;
import dev.turnpike.workspace.Revision.Change;
import dev.turnpike.workspace.Workspaces.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a workspace was, and how it becomes that again. Going back is a revision, too.
public final class WorkspaceHistory {
    /// The tool that takes a revision back.
    public static final String UNDO = "undo_workspace_change";

    private final Workspaces workspaces;
    private final WorkspaceStore store;

    public WorkspaceHistory(Workspaces workspaces) {
        this.workspaces = workspaces;
        this.store = workspaces.store();
    }

    /// The workspace after one of its revisions; empty when that never was, or a later one is kept no more.
    public Optional<Workspace> at(ConversationKey key, long revision) {
        return at(store.load(key), revision);
    }

    private Optional<Workspace> at(Workspace head, long revision) {
        if (revision < 0 || revision > head.revision()) {
            return Optional.empty();
        }
        int since = Math.toIntExact(Math.min(head.revision() - revision, Integer.MAX_VALUE));
        List<Revision> later = store.newestFirst(head.key(), head.revision() + 1, since);
        if (later.size() < since) {
            return Optional.empty();
        }
        Workspace then = head;
        for (Revision taken : later) {
            then = then.without(taken.changes());
        }
        return Optional.of(then);
    }

    /// Makes all files what they were after a revision.
    ///
    /// @return empty when it is not kept
    public Optional<Applied> restore(ConversationKey key, Cause cause, long revision) {
        if (at(key, revision).isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(workspaces.commit(
                key,
                cause,
                now -> at(now, revision)
                        .<Plan>map(then -> new Plan.Write(differences(now, then), Map.of(), revision + 1))
                        .orElseGet(() -> new Plan.Stop(new Applied.Refused("the revision is not kept any more")))));
    }

    private static List<Change> differences(Workspace now, Workspace then) {
        List<Change> changes = new ArrayList<>();
        now.files()
                .forEach((path, file) ->
                        changes.add(new Change(path, file, then.files().get(path))));
        then.files().forEach((path, file) -> {
            if (!now.files().containsKey(path)) {
                changes.add(new Change(path, null, file));
            }
        });
        return changes;
    }

    /// @param changedSince files that are left as they are, because they are not what the revision made of them
    public record Undone(Applied applied, List<WorkspacePath> changedSince) {}

    /// Makes every file that a revision changed what it was before, if it still is what that made of it.
    ///
    /// @return empty when the revision is not kept
    public Optional<Undone> undo(ConversationKey key, Cause cause, long revision) {
        Optional<Revision> undone = store.revision(key, revision);
        if (undone.isEmpty()) {
            return Optional.empty();
        }
        List<Change> changes = undone.get().changes();
        List<WorkspacePath> changedSince = new ArrayList<>();
        Applied applied = workspaces.commit(key, cause, now -> {
            changedSince.clear();
            List<Change> back = new ArrayList<>();
            for (Change change : changes) {
                var file = now.files().get(change.path());
                if (FileEntry.same(file, change.after())) {
                    back.add(new Change(change.path(), file, change.before()));
                } else if (!FileEntry.same(file, change.before())) {
                    changedSince.add(change.path());
                }
            }
            return new Plan.Write(back, Map.of(), revision);
        });
        return Optional.of(new Undone(applied, List.copyOf(changedSince)));
    }

    /// Empty for a revision that never was, or is kept no more.
    public Optional<Revision> revision(ConversationKey key, long number) {
        return store.revision(key, number);
    }

    /// At most `limit` revisions with a number below `before`, newest first.
    public List<Revision> newestFirst(ConversationKey key, long before, int limit) {
        return store.newestFirst(key, before, limit);
    }

    /// The call that takes back what a call has changed; where that was nothing, it does nothing.
    public Compensation undoOf(ToolContext call) {
        long revision = store.byKey(Workspaces.conversation(call), call.idempotencyKey())
                .orElse(0L);
        return new Compensation(UNDO, "{\"revision\":%d}".formatted(revision));
    }

    /// What an approval of a call that changes files holds for: the newest revision.
    public String boundTo(ToolContext call) {
        return Long.toString(store.load(Workspaces.conversation(call)).revision());
    }

    /// Whether nobody but this run has changed a file since.
    public boolean stillBound(String boundTo, ToolContext call) {
        ConversationKey key = Workspaces.conversation(call);
        long now = store.load(key).revision();
        long then = Long.parseLong(boundTo);
        int since = Math.toIntExact(Math.min(now - then, workspaces.limits().keptRevisions()));
        List<Revision> later = since <= 0 ? List.of() : store.newestFirst(key, now + 1, since);
        return now >= then
                && later.size() == now - then
                && later.stream()
                        .allMatch(revision -> call.run().equals(revision.cause().run()));
    }
}
