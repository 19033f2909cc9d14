package dev.turnpike.workspace;

/// How much a conversation may keep in files.
///
/// @param mostBytes of all files together
/// @param mostFileBytes of one file
/// @param keptRevisions how many can be told and taken back; somewhat more may be kept
public record WorkspaceLimits(long mostBytes, int mostFileBytes, int mostFiles, int keptRevisions) {
    public static final WorkspaceLimits USUAL = ofMegabytes(16);

    public static WorkspaceLimits ofMegabytes(int megabytes) {
        return new WorkspaceLimits(megabytes * 1024L * 1024, 4 * 1024 * 1024, 2_000, 200);
    }
}
