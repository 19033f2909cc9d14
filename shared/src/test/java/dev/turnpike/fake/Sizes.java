package dev.turnpike.fake;

import dev.turnpike.conversation.Item;
import dev.turnpike.run.ItemTooLargeException;
import dev.turnpike.run.StepCommit;
import dev.turnpike.run.StoreUnavailableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.DeflaterOutputStream;

/// The table's limits, as far as ports show them.
final class Sizes {
    private static final int MOST_ITEM_BYTES = 390 * 1024;
    private static final int MOST_ACTIONS = 100;

    private Sizes() {}

    static void check(StepCommit commit) {
        int run = 1;
        int head = 1;
        int row = commit.settled() == null ? 0 : 1;
        if (run + head + row + commit.items().size() > MOST_ACTIONS) {
            throw new StoreUnavailableException(
                    "a transaction has more than 100 actions", new IOException("ValidationException"));
        }
        commit.items().forEach(Sizes::check);
    }

    /// Compressed it must fit a row of the table.
    static void check(Item item) {
        byte[] bytes = item.toString().getBytes(StandardCharsets.UTF_8);
        var packed = new ByteArrayOutputStream();
        try (var deflater = new DeflaterOutputStream(packed)) {
            deflater.write(bytes);
        } catch (IOException impossible) {
            throw new UncheckedIOException("compressing in memory", impossible);
        }
        if (packed.size() > MOST_ITEM_BYTES) {
            throw new ItemTooLargeException(bytes.length);
        }
    }
}
