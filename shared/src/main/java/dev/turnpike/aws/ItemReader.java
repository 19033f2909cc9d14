package dev.turnpike.aws;

import dev.turnpike.conversation.StoredItem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// Puts items together from the rows of one query, which come oldest or newest first: an item's parts stand behind its
/// first row, or before it.
final class ItemReader {
    private final ItemRows rows;
    private final Instant now;
    private final int mostItems;
    private final long mostCharacters;
    private final List<StoredItem> items = new ArrayList<>();
    private final TreeMap<Integer, byte[]> parts = new TreeMap<>();
    private @Nullable Row head;
    private long seq = -1;
    private long characters;
    private long places;
    private boolean deleted;
    private boolean torn;

    /// @param now what has expired by then is left out
    /// @param mostItems enough are read with so many
    /// @param mostCharacters or with the item that reaches these: what is packed small may be large
    ItemReader(ItemRows rows, Instant now, int mostItems, long mostCharacters) {
        this.rows = rows;
        this.now = now;
        this.mostItems = mostItems;
        this.mostCharacters = mostCharacters;
    }

    /// @return whether more is wanted
    boolean add(Row row) {
        if (row.expired(now)) {
            return true;
        }
        String sk = row.text(TableKeys.SK);
        if (TableKeys.itemSeq(sk) != seq) {
            torn |= begun();
            head = null;
            parts.clear();
            deleted = false;
            seq = TableKeys.itemSeq(sk);
        }
        int part = TableKeys.itemPart(sk);
        if (part == 0 && row.has(ItemRows.DELETED)) {
            deleted = true;
            places++;
            // Read before it, and left by a deletion that did not come to its end.
            parts.clear();
        }
        if (deleted) {
            return true;
        }
        if (part == 0) {
            head = row;
        } else {
            AttributeValue piece = Objects.requireNonNull(row.value(ItemRows.PACKED));
            parts.put(part, piece.b().asByteArrayUnsafe());
        }
        if (head != null && parts.size() == head.number(ItemRows.PARTS, 0)) {
            finish(head);
        }
        return !full();
    }

    private boolean begun() {
        return head != null || !parts.isEmpty();
    }

    private void finish(Row first) {
        var item = new StoredItem(
                seq,
                first.optionalText("run"),
                (int) first.number("step", 0),
                Instant.ofEpochMilli(first.number("at")),
                rows.content(first, parts.values()));
        items.add(item);
        places++;
        characters += item.item().characters();
        head = null;
        parts.clear();
    }

    /// Whole items only, in the order of the query.
    List<StoredItem> items() {
        return items;
    }

    /// Whether it stopped because there are as many items, or characters of them, as are wanted.
    boolean full() {
        return items.size() >= mostItems || characters >= mostCharacters;
    }

    /// How many places were seen: of items, and of those that were deleted.
    long places() {
        return places;
    }

    long characters() {
        return characters;
    }

    /// Whether an item came without all of its parts.
    boolean torn() {
        return torn || begun();
    }
}
