package dev.turnpike.workspace;

import dev.turnpike.workspace.Revision.Cause;
import dev.turnpike.workspace.Revision.Change;
import java.util.List;
import java.util.Map;

/// A revision to be written.
///
/// @param base the newest revision, as it was read
/// @param changes at least one; `before` is what the base has
/// @param contents the bytes that the store does not have yet, by their hash; the entries that name them have the
/// cause's
///     origin
/// @param reliesOn the oldest revision that entries were taken from and that is not the base; 0 for none
public record NewRevision(
        Workspace base, Cause cause, List<Change> changes, Map<String, FileContent> contents, long reliesOn) {
    public NewRevision {
        changes = List.copyOf(changes);
        contents = Map.copyOf(contents);
    }

    public Workspace result() {
        return base.with(changes);
    }
}
