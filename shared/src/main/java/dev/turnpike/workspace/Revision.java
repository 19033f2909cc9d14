package dev.turnpike.workspace;

import dev.turnpike.tool.ToolContext;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// One change of a workspace, as it is remembered.
///
/// @param number 1, 2, 3, …
/// @param seq how many items the conversation had
/// @param changes by path
public record Revision(long number, Cause cause, long seq, Instant at, List<Change> changes) {
    public Revision {
        changes = List.copyOf(changes);
    }

    /// Why it was made.
    ///
    /// @param run the run whose tool made it; null for a request of its owner
    /// @param key of the call or the request; there is one revision under it, however often it comes
    public record Cause(@Nullable String run, String key) {
        /// A tool call. Whichever attempt of it comes first makes the revision.
        public static Cause of(ToolContext call) {
            return new Cause(call.run(), call.idempotencyKey());
        }

        /// What the entries of the bytes that it brings are marked with: another cause never writes where these lie,
        /// nor
        /// does it delete them.
        public String origin() {
            return FileContent.sha256(key.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
        }
    }

    /// What became of one file.
    ///
    /// @param before null where there was none
    /// @param after null where it was deleted
    public record Change(
            WorkspacePath path,
            @Nullable FileEntry before,
            @Nullable FileEntry after) {
        /// The change that takes this one back.
        Change back() {
            return new Change(path, /* before= */ after, /* after= */ before);
        }
    }

    /// Its paths, at most ten of them by name.
    public String summary() {
        String first = changes.stream()
                .limit(10)
                .map(change -> change.path().toString())
                .collect(Collectors.joining(", "));
        return changes.size() <= 10 ? first : first + " and %d more".formatted(changes.size() - 10);
    }
}
