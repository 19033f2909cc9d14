package dev.turnpike.check;

import dev.turnpike.workspace.FileEntry;
import dev.turnpike.workspace.Revision;
import dev.turnpike.workspace.Workspace;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The rows of a conversation's workspace.
///
/// @param head as its row lists it
/// @param totalFiles as its row says
/// @param totalBytes as its row says
/// @param revisions those that are kept, oldest first
/// @param causes the number of a revision by the origin of its key
/// @param contents names of those that are there as they must be, as [#name] gives them
public record FileRows(
        Workspace head,
        long totalFiles,
        long totalBytes,
        List<Revision> revisions,
        Map<String, Long> causes,
        Set<String> contents) {
    public static String name(FileEntry file) {
        return file.hash() + "#" + file.origin();
    }
}
