package dev.turnpike.aws;

import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.Item;
import dev.turnpike.run.ItemTooLargeException;
import dev.turnpike.run.RunKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// Items as rows. The content is in `item`; compressed in `gz` once it is long; and where even that is more than a row
/// holds, its further pieces are in rows of their own right behind, so that a query over items brings them along.
final class ItemRows {
    static final String JSON = "item";
    static final String PACKED = "gz";

    /// How many rows follow the first one.
    static final String PARTS = "parts";

    /// When an item was deleted. Its row stays, without content, so that places have no gap.
    static final String DELETED = "deleted";

    private static final int INLINE_BYTES = 32 * 1024;
    private static final int MOST_ACTIONS = 100;

    /// For keys and all attributes but the content.
    private static final int ROW_BYTES = 512;

    private final ItemCodec codec;

    ItemRows(ItemCodec codec) {
        this.codec = codec;
    }

    /// @param bytes about, of all rows together
    record Written(List<Row> rows, long bytes) {}

    /// @throws ItemTooLargeException no transaction can hold it
    Written write(RunKey run, long seq, int step, Instant at, Instant expires, Item item) {
        return write(run.conversation(), run.run(), seq, step, at, expires, item);
    }

    /// @param run null for an item that is added without one
    /// @throws ItemTooLargeException no transaction can hold it
    Written write(
            ConversationKey conversation,
            @Nullable String run,
            long seq,
            int step,
            Instant at,
            Instant expires,
            Item item) {
        String pk = TableKeys.conversation(conversation);
        Row head = Row.at(pk, TableKeys.item(seq))
                .put("run", run)
                .put("step", step)
                .put("at", at)
                .expires(expires);
        byte[] json = codec.write(item);
        List<Row> rows = new ArrayList<>();
        rows.add(head);
        if (json.length <= INLINE_BYTES) {
            head.put(JSON, new String(json, StandardCharsets.UTF_8));
            return new Written(rows, ROW_BYTES + json.length);
        }
        List<byte[]> pieces = Packed.pieces(json);
        head.put(PACKED, binary(pieces.getFirst())).put(PARTS, pieces.size() - 1);
        long bytes = pieces.getFirst().length;
        for (int i = 1; i < pieces.size(); i++) {
            rows.add(Row.at(pk, TableKeys.itemPart(seq, i))
                    .put(PACKED, binary(pieces.get(i)))
                    .expires(expires));
            bytes += pieces.get(i).length;
        }
        return new Written(rows, bytes + (long) ROW_BYTES * rows.size());
    }

    /// Adds an item that has no place in the conversation to a row.
    ///
    /// @throws ItemTooLargeException one row can't hold it
    Row writeInto(Row row, Item item) {
        byte[] json = codec.write(item);
        if (json.length <= INLINE_BYTES) {
            return row.put(JSON, new String(json, StandardCharsets.UTF_8));
        }
        List<byte[]> pieces = Packed.pieces(json);
        if (pieces.size() > 1) {
            throw ItemTooLargeException.item(json.length);
        }
        return row.put(PACKED, binary(pieces.getFirst()));
    }

    /// The same as the only row of an item that waits for its place.
    Written alone(Row row, Item item) {
        Row whole = writeInto(row, item);
        AttributeValue packed = whole.value(PACKED);
        long bytes = packed == null
                ? whole.text(JSON).getBytes(StandardCharsets.UTF_8).length
                : packed.b().asByteArrayUnsafe().length;
        return new Written(List.of(whole), ROW_BYTES + bytes);
    }

    private static AttributeValue binary(byte[] bytes) {
        return AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(bytes));
    }

    /// @throws ItemTooLargeException the table takes no transaction of these items and so many other actions
    static void check(List<Written> items, int otherActions) {
        int rows = items.stream().mapToInt(item -> item.rows().size()).sum();
        long bytes = items.stream().mapToLong(Written::bytes).sum();
        if (rows + otherActions > MOST_ACTIONS || bytes > ItemTooLargeException.MOST_PACKED_BYTES) {
            throw ItemTooLargeException.together(items.size());
        }
    }

    /// In groups that fit a transaction each, in order; none is split over two.
    static List<List<Written>> transactions(List<Written> items, int mostRows) {
        List<List<Written>> groups = new ArrayList<>();
        List<Written> group = new ArrayList<>();
        int rows = 0;
        long bytes = 0;
        for (Written item : items) {
            rows += item.rows().size();
            bytes += item.bytes();
            if (!group.isEmpty() && (rows > mostRows || bytes > ItemTooLargeException.MOST_PACKED_BYTES)) {
                groups.add(group);
                group = new ArrayList<>();
                rows = item.rows().size();
                bytes = item.bytes();
            }
            group.add(item);
        }
        groups.add(group);
        return groups;
    }

    /// The item alone, of its first row and the further pieces.
    ///
    /// @param further in their order
    Item content(Row row, Collection<byte[]> further) {
        AttributeValue packed = row.value(PACKED);
        if (packed == null) {
            return codec.read(row.text(JSON));
        }
        List<byte[]> pieces = new ArrayList<>();
        pieces.add(packed.b().asByteArrayUnsafe());
        pieces.addAll(further);
        return codec.read(Packed.text(pieces));
    }
}
