package dev.turnpike.sandbox;

import dev.turnpike.sandbox.SandboxAnswer.Skipped;
import java.util.ArrayList;
import java.util.List;

/// What a command did to its folder.
///
/// @param skipped what is there but can't come back
record FolderChanges(List<SandboxFile> written, List<String> deleted, List<Skipped> skipped) {
    /// Of one file, as its packed form unpacks.
    private static final long MAX_FILE_BYTES = PackedFile.MAX_BYTES;

    /// Of all files that were written, in memory at one time.
    private static final long MAX_BYTES = 64L * 1024 * 1024;

    FolderChanges(List<Skipped> skipped) {
        this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(skipped));
    }

    boolean hasRoomFor(long bytes) {
        long used = written.stream().mapToLong(file -> file.content().length).sum();
        return bytes <= MAX_FILE_BYTES && used + bytes <= MAX_BYTES;
    }

    void add(SandboxFile file) {
        written.add(file);
    }
}
