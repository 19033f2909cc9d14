package dev.turnpike.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.replay.EventLog;
import dev.turnpike.run.RunKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// Stream events in the table: text in `events`, or compressed in `gz` once it is long; what is too long
/// for a row then lies in rows of its own.
public final class EventRows implements EventLog {
    private static final int ROWS_AT_ONCE = 16;
    private static final int INLINE_BYTES = 32 * 1024;

    /// A character takes three bytes at most, and what can't be compressed hardly grows: these fit into a row.
    private static final int MOST_CHARACTERS = 128 * 1024;

    private final Table table;
    private final InstantSource clock;
    private final ConversationDeletion deletion;

    public EventRows(DynamoDbClient dynamo, String table, InstantSource clock) {
        this.table = new Table(dynamo, table);
        this.deletion = new ConversationDeletion(this.table);
        this.clock = clock;
    }

    @Override
    public boolean append(RunKey run, Batch batch, Instant expiresAt) {
        Row row = Row.at(pk(run), TableKeys.events(run.run(), batch.first()))
                .put("next", batch.next())
                .put("writer", batch.writer())
                .put("last", batch.last())
                .expires(expiresAt);
        if (batch.events().getBytes(UTF_8).length <= INLINE_BYTES) {
            row.put("events", batch.events());
        } else {
            pack(run, batch, row, expiresAt);
        }
        boolean ours = table.putIfAbsent(row) || writtenBefore(run, batch);
        // The deletion of a conversation overtakes batches that are on their way. To look afterwards costs a read; a
        // condition on another row would make each batch a transaction, at four times the price, in the way of commits.
        return !deletion.sweep(run.conversation()) && ours;
    }

    /// Parts come first: a batch that can be seen is whole. Those of a batch that finds its place taken are read by
    /// nobody.
    private void pack(RunKey run, Batch batch, Row row, Instant expiresAt) {
        List<String> slices = slices(batch.events());
        if (slices.size() == 1) {
            row.put("gz", packed(batch.events()));
            return;
        }
        for (int i = 0; i < slices.size(); i++) {
            table.put(Row.at(pk(run), TableKeys.eventsPart(run.run(), batch.first(), batch.writer(), i))
                    .put("gz", packed(slices.get(i)))
                    .expires(expiresAt));
        }
        row.put("parts", slices.size());
    }

    private static List<String> slices(String text) {
        List<String> slices = new ArrayList<>();
        for (int from = 0; from < text.length(); from += slices.getLast().length()) {
            int to = Math.min(text.length(), from + MOST_CHARACTERS);
            boolean cutsPair = to < text.length() && Character.isHighSurrogate(text.charAt(to - 1));
            slices.add(text.substring(from, cutsPair ? to - 1 : to));
        }
        return slices;
    }

    private static AttributeValue packed(String text) {
        byte[] piece = Packed.pieces(text.getBytes(UTF_8)).getFirst();
        return AttributeValue.fromB(SdkBytes.fromByteArrayUnsafe(piece));
    }

    /// The answer to the first try may have been lost.
    private boolean writtenBefore(RunKey run, Batch batch) {
        return table.get(TableKeys.key(pk(run), TableKeys.events(run.run(), batch.first())))
                .filter(row -> row.number("writer") == batch.writer())
                .isPresent();
    }

    @Override
    public Optional<Batch> upTo(RunKey run, long event) {
        return rows(run, 0, Math.min(event, MOST_EVENTS), true, 1).stream().findFirst();
    }

    @Override
    public List<Batch> from(RunKey run, long event) {
        return rows(run, event, MOST_EVENTS, false, ROWS_AT_ONCE);
    }

    private List<Batch> rows(RunKey run, long first, long last, boolean newestFirst, int limit) {
        Instant now = clock.instant();
        return table
                .between(
                        pk(run),
                        TableKeys.events(run.run(), first),
                        TableKeys.events(run.run(), last),
                        newestFirst,
                        limit)
                .stream()
                .filter(row -> !row.expired(now))
                .map(row -> read(run, row))
                .toList();
    }

    private Batch read(RunKey run, Row row) {
        String key = row.text(TableKeys.SK);
        long first = Long.parseLong(key.substring(key.lastIndexOf('#') + 1));
        long writer = row.number("writer");
        return new Batch(first, row.number("next"), writer, row.flag("last"), events(run, row, first, writer));
    }

    private String events(RunKey run, Row row, long first, long writer) {
        if (row.has("events")) {
            return row.text("events");
        }
        return row.has("parts") ? parts(run, row.integer("parts"), first, writer) : unpacked(row);
    }

    private String parts(RunKey run, int count, long first, long writer) {
        String begin = TableKeys.eventsPart(run.run(), first, writer, 0);
        String end = TableKeys.eventsPart(run.run(), first, writer, count - 1);
        var text = new StringBuilder();
        table.between(pk(run), begin, end, false, count).forEach(part -> text.append(unpacked(part)));
        return text.toString();
    }

    private static String unpacked(Row row) {
        @Nullable AttributeValue packed = row.value("gz");
        if (packed == null) {
            throw new IllegalStateException("a row of stream events has no events");
        }
        return Packed.text(List.of(packed.b().asByteArrayUnsafe()));
    }

    private static String pk(RunKey run) {
        return TableKeys.conversation(run.conversation());
    }
}
