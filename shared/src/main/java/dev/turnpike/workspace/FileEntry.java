package dev.turnpike.workspace;

import org.jspecify.annotations.Nullable;

/// What a workspace knows of one file.
///
/// @param hash of its bytes: SHA-256 in lower-case hexadecimal digits
/// @param origin which change brought these bytes along; together with the hash it names them in the store
/// @param executable whether a shell may start it
public record FileEntry(String hash, String origin, int sizeBytes, boolean executable) {
    /// Whether nobody who reads the two files could tell them apart.
    public static boolean same(@Nullable FileEntry one, @Nullable FileEntry other) {
        if (one == null || other == null) {
            return one == null && other == null;
        }
        return one.hash.equals(other.hash) && one.executable == other.executable;
    }
}
