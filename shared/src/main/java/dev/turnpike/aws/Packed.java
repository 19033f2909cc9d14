package dev.turnpike.aws;

import dev.turnpike.run.ItemTooLargeException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// Compressed text, in pieces that a row holds. What it unpacks to is bounded when it is made and, since a few bytes
/// may stand for a great many, when it is read.
final class Packed {
    /// A row may have 400 KB, of which some are for its other attributes.
    static final int MOST_PIECE_BYTES = 390 * 1024;

    private static final int MOST_BYTES = ItemTooLargeException.MOST_PACKED_BYTES;
    private static final int MOST_UNPACKED_BYTES = ItemTooLargeException.MOST_ITEM_BYTES;

    private Packed() {}

    /// Of whatever length.
    static List<byte[]> split(byte[] bytes) {
        return cut(gzip(bytes));
    }

    /// @throws ItemTooLargeException it is too long, unpacked or packed
    static List<byte[]> pieces(byte[] text) {
        if (text.length > MOST_UNPACKED_BYTES) {
            throw ItemTooLargeException.item(text.length);
        }
        byte[] packed = gzip(text);
        if (packed.length > MOST_BYTES) {
            throw ItemTooLargeException.item(text.length);
        }
        return cut(packed);
    }

    private static List<byte[]> cut(byte[] packed) {
        List<byte[]> pieces = new ArrayList<>();
        for (int from = 0; from < packed.length; from += MOST_PIECE_BYTES) {
            pieces.add(Arrays.copyOfRange(packed, from, Math.min(packed.length, from + MOST_PIECE_BYTES)));
        }
        return pieces;
    }

    private static byte[] gzip(byte[] text) {
        var packed = new ByteArrayOutputStream(text.length / 3);
        try (var gzip = new GZIPOutputStream(packed)) {
            gzip.write(text);
        } catch (IOException impossible) {
            throw new UncheckedIOException("compressing in memory", impossible);
        }
        return packed.toByteArray();
    }

    static String text(List<byte[]> pieces) {
        return new String(joined(pieces), StandardCharsets.UTF_8);
    }

    static byte[] joined(List<byte[]> pieces) {
        List<InputStream> streams = new ArrayList<>();
        pieces.forEach(piece -> streams.add(new ByteArrayInputStream(piece)));
        try (var gzip = new GZIPInputStream(new SequenceInputStream(Collections.enumeration(streams)))) {
            byte[] text = gzip.readNBytes(MOST_UNPACKED_BYTES + 1);
            if (text.length > MOST_UNPACKED_BYTES) {
                throw new IllegalStateException("a compressed item is longer than any that was written");
            }
            return text;
        } catch (IOException damaged) {
            throw new UncheckedIOException("a compressed item is damaged", damaged);
        }
    }
}
