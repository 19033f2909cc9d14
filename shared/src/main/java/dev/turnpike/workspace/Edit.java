package dev.turnpike.workspace;

import org.jspecify.annotations.Nullable;

/// What somebody wants a file to be.
///
/// @param content null for no file
public record Edit(WorkspacePath path, @Nullable FileContent content, boolean executable) {
    public static Edit write(WorkspacePath path, byte[] bytes, boolean executable) {
        return new Edit(path, FileContent.of(bytes), executable);
    }

    public static Edit delete(WorkspacePath path) {
        return new Edit(path, null, false);
    }
}
