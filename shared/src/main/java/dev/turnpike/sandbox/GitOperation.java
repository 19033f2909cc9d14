package dev.turnpike.sandbox;

import java.util.List;

/// What can be done with a repository. None of it leaves the folder: there are no remotes, and no hooks, filters or
/// signing programs run, whatever the repository's configuration says.
///
/// Paths are relative to the folder; a folder's path stands for all that is in it.
public sealed interface GitOperation {
    record Init() implements GitOperation {}

    record Status() implements GitOperation {}

    /// @param staged what the next commit would hold, rather than what it would leave out
    /// @param paths empty for all
    record Diff(boolean staged, List<String> paths) implements GitOperation {}

    /// Deleted files are taken out of the index too.
    ///
    /// @param paths empty for all
    record Add(List<String> paths) implements GitOperation {}

    record Commit(String author, String email, String message) implements GitOperation {}

    /// @param count of the newest commits
    record Log(int count) implements GitOperation {}

    /// @param staged takes the paths out of the next commit and leaves the files as they are
    record Restore(boolean staged, List<String> paths) implements GitOperation {}

    record Branches() implements GitOperation {}

    /// Changes to a branch, which begins here if it is not there yet.
    record Switch(String branch) implements GitOperation {}
}
