package dev.turnpike.aws;

import dev.turnpike.usage.Counter;
import dev.turnpike.usage.DailyUse;
import dev.turnpike.usage.Latencies;
import dev.turnpike.usage.Tag;
import dev.turnpike.usage.Tally;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ObjLongConsumer;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// Counters as the table keeps them. What they have in common stands beside the numbers, and its hash in the key: names
/// of models and users may hold anything.
final class CounterRows {
    private static final String LATENCY = "ttft";

    private CounterRows() {}

    static UpdateRow add(String table, DailyUse use) {
        Tag tag = use.tag();
        var update = new UpdateRow(table, key(use))
                .set("key", tag.key())
                .set("user", tag.user())
                .set("model", tag.model())
                .set("serviceTier", tag.serviceTier());
        numbers(use.tally(), update::add);
        return update;
    }

    private static Map<String, AttributeValue> key(DailyUse use) {
        String pk = TableKeys.usage(use.tenant(), YearMonth.from(use.day()));
        return TableKeys.key(pk, use.day() + "#" + hash(use.tag()));
    }

    static DailyUse read(String tenant, Row row) {
        var day = LocalDate.parse(row.text(TableKeys.SK).substring(0, 10));
        var tag = new Tag(row.text("key"), row.text("user"), row.text("model"), row.text("serviceTier"));
        return new DailyUse(tenant, day, tag, tally(row));
    }

    /// Writes numbers under their names.
    static void numbers(Tally tally, ObjLongConsumer<String> numbers) {
        tally.counts().forEach((counter, count) -> numbers.accept(name(counter), count));
        tally.latencies().counts().forEach((each, count) -> numbers.accept(LATENCY + each, count));
    }

    static Tally tally(Row row) {
        var counts = new EnumMap<Counter, Long>(Counter.class);
        for (Counter counter : Counter.values()) {
            counts.put(counter, row.number(name(counter), 0));
        }
        var latencies = new TreeMap<Integer, Long>();
        for (int i = 0; i < Latencies.CLASSES; i++) {
            latencies.put(i, row.number(LATENCY + i, 0));
        }
        return new Tally(counts, new Latencies(latencies));
    }

    private static String name(Counter counter) {
        return counter.name().toLowerCase(Locale.ROOT);
    }

    /// No two tags are the same text: each part is preceded by its length.
    private static String hash(Tag tag) {
        var text = new StringBuilder();
        for (String part : List.of(tag.key(), tag.user(), tag.model(), tag.serviceTier())) {
            text.append(part.length()).append(':').append(part);
        }
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
