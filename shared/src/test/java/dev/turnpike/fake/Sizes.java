package dev.turnpike.fake;

import dev.turnpike.conversation.Item;
import dev.turnpike.run.ItemTooLargeException;
import dev.turnpike.run.NewRun;
import dev.turnpike.run.StepCommit;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.DeflaterOutputStream;

/// The table's limits, as far as ports show them.
final class Sizes {
    private static final int INLINE_BYTES = 32 * 1024;
    private static final int ROW_BYTES = 390 * 1024;
    private static final int MOST_ACTIONS = 100;

    private Sizes() {}

    static void check(StepCommit commit) {
        int runHeadAndLedger = commit.settled() == null ? 2 : 3;
        together(commit.items(), runHeadAndLedger);
    }

    /// What begins a conversation may come in several transactions.
    static void check(NewRun run) {
        if (run.place() instanceof NewRun.Place.Append) {
            together(run.input(), 4);
        } else {
            run.input().forEach(Sizes::packed);
        }
    }

    /// A tool's result has one row.
    static void check(Item result) {
        if (packed(result) > ROW_BYTES) {
            throw ItemTooLargeException.item(result.toString().length());
        }
    }

    static void check(List<Item> added, int otherActions) {
        together(added, otherActions);
    }

    private static void together(List<Item> items, int otherActions) {
        int bytes = 0;
        int actions = otherActions;
        for (Item item : items) {
            int packed = packed(item);
            bytes += packed;
            actions += Math.max(1, Math.ceilDiv(packed, ROW_BYTES));
        }
        if (bytes > ItemTooLargeException.MOST_PACKED_BYTES || actions > MOST_ACTIONS) {
            throw ItemTooLargeException.together(items.size());
        }
    }

    /// Bytes that it takes.
    private static int packed(Item item) {
        byte[] bytes = item.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= INLINE_BYTES) {
            return bytes.length;
        }
        var packed = new ByteArrayOutputStream();
        try (var deflater = new DeflaterOutputStream(packed)) {
            deflater.write(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException("compressing in memory", impossible);
        }
        if (bytes.length > ItemTooLargeException.MOST_ITEM_BYTES
                || packed.size() > ItemTooLargeException.MOST_PACKED_BYTES) {
            throw ItemTooLargeException.item(bytes.length);
        }
        return packed.size();
    }
}
