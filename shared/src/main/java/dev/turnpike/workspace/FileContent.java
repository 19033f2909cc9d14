package dev.turnpike.workspace;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The bytes of a file, and their hash. Immutable: whoever gets or gives the array leaves it as it is.
public final class FileContent {
    private final byte[] bytes;
    private final String hash;

    private FileContent(byte[] bytes) {
        this.bytes = bytes;
        this.hash = sha256(bytes);
    }

    public static FileContent of(byte[] bytes) {
        return new FileContent(bytes);
    }

    public byte[] bytes() {
        return bytes;
    }

    /// SHA-256 in lower-case hexadecimal digits.
    public String hash() {
        return hash;
    }

    public int sizeBytes() {
        return bytes.length;
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
