package dev.turnpike.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// What a command prints: the first bytes and the last ones are kept, what is between is counted. All of it is read, so
/// that a command that prints much comes to its end.
final class CappedOutput {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final byte[] head;
    private final byte[] tail;
    private long total;

    /// @param bytes that are kept, three quarters of them of the beginning
    CappedOutput(int bytes) {
        this.head = new byte[bytes - bytes / 4];
        this.tail = new byte[bytes / 4];
    }

    /// Reads until nobody can print any more.
    void readAll(InputStream printed) {
        byte[] chunk = new byte[CHUNK_BYTES];
        try {
            for (int read = printed.read(chunk); read >= 0; read = printed.read(chunk)) {
                take(chunk, read);
            }
        } catch (IOException _) {
            // The pipe was closed under the reader, which is an end as well.
        }
    }

    private synchronized void take(byte[] chunk, int length) {
        int toHead = Math.clamp(head.length - total, 0, length);
        System.arraycopy(chunk, 0, head, (int) Math.min(total, head.length), toHead);
        total += toHead;
        // The tail is a ring; of a chunk longer than it only the end counts.
        int from = Math.max(toHead, length - tail.length);
        total += from - toHead;
        for (int i = from; i < length && tail.length > 0; i++) {
            tail[(int) ((total++ - head.length) % tail.length)] = chunk[i];
        }
    }

    /// As text; what is not UTF-8 becomes U+FFFD.
    synchronized String text() {
        if (total <= head.length) {
            return new String(head, 0, (int) total, UTF_8);
        }
        long behind = total - head.length;
        int kept = (int) Math.min(behind, tail.length);
        byte[] end = new byte[kept];
        for (int i = 0; i < kept; i++) {
            end[i] = tail[(int) ((behind - kept + i) % tail.length)];
        }
        long left = behind - kept;
        String notice = left == 0 ? "" : "\n[%,d bytes of output are left out here]\n".formatted(left);
        return left == 0 ? new String(joined(end), UTF_8) : new String(head, UTF_8) + notice + new String(end, UTF_8);
    }

    private byte[] joined(byte[] end) {
        byte[] all = Arrays.copyOf(head, head.length + end.length);
        System.arraycopy(end, 0, all, head.length, end.length);
        return all;
    }
}
