package dev.turnpike.aws;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/// A table row being written or read: attributes by name, typed at the edge.
final class Row {
    private final Map<String, AttributeValue> attributes;

    Row() {
        this(new HashMap<>());
    }

    Row(Map<String, AttributeValue> attributes) {
        this.attributes = attributes;
    }

    static Row at(String pk, String sk) {
        return new Row().put(TableKeys.PK, pk).put(TableKeys.SK, sk);
    }

    Map<String, AttributeValue> attributes() {
        return attributes;
    }

    Row put(String name, @Nullable String value) {
        if (value != null) {
            attributes.put(name, AttributeValue.fromS(value));
        }
        return this;
    }

    Row put(String name, long value) {
        attributes.put(name, number(value));
        return this;
    }

    Row put(String name, @Nullable Long value) {
        return value == null ? this : put(name, value.longValue());
    }

    Row put(String name, boolean value) {
        attributes.put(name, AttributeValue.fromBool(value));
        return this;
    }

    Row put(String name, @Nullable Instant value) {
        return value == null ? this : put(name, value.toEpochMilli());
    }

    Row put(String name, AttributeValue value) {
        attributes.put(name, value);
        return this;
    }

    /// Seconds since the epoch, as the table's time-to-live wants it.
    Row expires(Instant at) {
        return put(TableKeys.TTL, at.getEpochSecond());
    }

    boolean has(String name) {
        return attributes.containsKey(name);
    }

    String text(String name) {
        String text = optionalText(name);
        if (text == null) {
            throw new IllegalStateException("a row of the table lacks the attribute " + name);
        }
        return text;
    }

    @Nullable
    String optionalText(String name) {
        AttributeValue value = attributes.get(name);
        return value == null ? null : value.s();
    }

    /// @throws IllegalStateException it is none that this version knows
    <E extends Enum<E>> E constant(Class<E> type, String name) {
        String text = text(name);
        try {
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException _) {
            throw new IllegalStateException("a row of the table has the " + name + " " + text
                    + ", which this version does not know: a newer one wrote it");
        }
    }

    long number(String name, long absent) {
        AttributeValue value = attributes.get(name);
        return value == null ? absent : Long.parseLong(value.n());
    }

    long number(String name) {
        if (!has(name)) {
            throw new IllegalStateException("a row of the table lacks the attribute " + name);
        }
        return number(name, 0);
    }

    int integer(String name) {
        return Math.toIntExact(number(name));
    }

    /// The texts of a list; none where there is no list.
    List<String> texts(String name) {
        AttributeValue value = attributes.get(name);
        return value == null
                ? List.of()
                : value.l().stream().map(AttributeValue::s).toList();
    }

    /// The texts of a map; none where there is no map.
    Map<String, String> textsByName(String name) {
        Map<String, String> texts = new TreeMap<>();
        AttributeValue value = attributes.get(name);
        if (value != null) {
            value.m().forEach((key, text) -> texts.put(key, text.s()));
        }
        return texts;
    }

    boolean flag(String name) {
        AttributeValue value = attributes.get(name);
        return value != null && Boolean.TRUE.equals(value.bool());
    }

    Instant instant(String name) {
        return Instant.ofEpochMilli(number(name));
    }

    @Nullable
    Instant optionalInstant(String name) {
        return has(name) ? instant(name) : null;
    }

    @Nullable
    AttributeValue value(String name) {
        return attributes.get(name);
    }

    /// Whether its time to live has passed; the table deletes such rows days later.
    boolean expired(Instant now) {
        return has(TableKeys.TTL) && number(TableKeys.TTL) <= now.getEpochSecond();
    }

    static AttributeValue list(Collection<String> texts) {
        return AttributeValue.fromL(texts.stream().map(AttributeValue::fromS).toList());
    }

    static AttributeValue map(Map<String, String> texts) {
        Map<String, AttributeValue> values = new HashMap<>();
        texts.forEach((key, text) -> values.put(key, AttributeValue.fromS(text)));
        return AttributeValue.fromM(values);
    }

    static AttributeValue number(long value) {
        return AttributeValue.fromN(Long.toString(value));
    }
}
