package dev.turnpike.workspace;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.workspace.Revision.Change;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/// The files of a conversation after one of its revisions. Immutable.
///
/// @param revision 0 while nothing was ever written
/// @param files by path; folders are nothing but the beginnings of paths
public record Workspace(ConversationKey key, long revision, NavigableMap<WorkspacePath, FileEntry> files) {
    public Workspace {
        files = Collections.unmodifiableNavigableMap(new TreeMap<>(files));
    }

    public static Workspace empty(ConversationKey key) {
        return new Workspace(key, 0, new TreeMap<>());
    }

    public Optional<FileEntry> file(WorkspacePath path) {
        return Optional.ofNullable(files.get(path));
    }

    public long totalBytes() {
        return files.values().stream().mapToLong(FileEntry::sizeBytes).sum();
    }

    /// The next revision, with these changes made.
    public Workspace with(List<Change> changes) {
        return new Workspace(key, revision + 1, changed(changes));
    }

    /// The one before, with the changes of this one taken back.
    public Workspace without(List<Change> changes) {
        return new Workspace(
                key, revision - 1, changed(changes.stream().map(Change::back).toList()));
    }

    private NavigableMap<WorkspacePath, FileEntry> changed(List<Change> changes) {
        NavigableMap<WorkspacePath, FileEntry> changed = new TreeMap<>(files);
        for (Change change : changes) {
            FileEntry after = change.after();
            if (after == null) {
                changed.remove(change.path());
            } else {
                changed.put(change.path(), after);
            }
        }
        return changed;
    }

    /// A file that stands where others have a folder; empty when there is none.
    Optional<WorkspacePath> fileThatIsAFolder() {
        return files.keySet().stream()
                .flatMap(path -> path.folders().stream())
                .filter(files::containsKey)
                .findFirst();
    }
}
