package dev.turnpike.remote;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// The fields of one object in the definitions. What is wrong with one is said as the end of a sentence that names it
/// and repeats no value: people put keys where they don't belong.
///
/// @param path where the object stands, as `[0]`
record DefinitionFields(JsonNode json, String path) {
    DefinitionFields {
        if (!json.isObject()) {
            throw new IllegalArgumentException(path + " is not an object");
        }
    }

    /// @throws IllegalArgumentException there are others
    DefinitionFields only(Set<String> known) {
        for (String name : json.propertyNames()) {
            if (!known.contains(name)) {
                throw wrong(name, "means nothing here; known are " + String.join(", ", new TreeSet<>(known)));
            }
        }
        return this;
    }

    boolean has(String name) {
        return json.hasNonNull(name);
    }

    JsonNode value(String name) {
        if (!has(name)) {
            throw wrong(name, "is missing");
        }
        return json.path(name);
    }

    String text(String name) {
        JsonNode value = value(name);
        if (!value.isString() || value.asString().isBlank()) {
            throw wrong(name, "must be a text that is not blank");
        }
        return value.asString();
    }

    String text(String name, Pattern pattern, String what) {
        String text = text(name);
        if (!pattern.matcher(text).matches()) {
            throw wrong(name, "must be " + what);
        }
        return text;
    }

    Optional<String> optionalText(String name) {
        return has(name) ? Optional.of(text(name)) : Optional.empty();
    }

    boolean flag(String name, boolean unsaid) {
        if (!has(name)) {
            return unsaid;
        }
        if (!value(name).isBoolean()) {
            throw wrong(name, "must be true or false");
        }
        return value(name).asBoolean();
    }

    int count(String name, int least, int most, int unsaid) {
        if (!has(name)) {
            return unsaid;
        }
        JsonNode value = value(name);
        if (!value.isInt() || value.asInt() < least || value.asInt() > most) {
            throw wrong(name, "must be a whole number from %d to %d".formatted(least, most));
        }
        return value.asInt();
    }

    /// One of the words, which are the constants in lower case.
    <E extends Enum<E>> E word(String name, Class<E> words, E unsaid) {
        return has(name) ? word(text(name), name, words) : unsaid;
    }

    private <E extends Enum<E>> E word(String text, String name, Class<E> words) {
        for (E word : words.getEnumConstants()) {
            if (text.equals(word.name().toLowerCase(Locale.ROOT))) {
                return word;
            }
        }
        List<String> known = Arrays.stream(words.getEnumConstants())
                .map(word -> word.name().toLowerCase(Locale.ROOT))
                .toList();
        throw wrong(name, "must be one of " + String.join(", ", known));
    }

    Set<String> texts(String name) {
        if (!has(name)) {
            return Set.of();
        }
        JsonNode list = value(name);
        if (!list.isArray() || list.isEmpty() || !list.valueStream().allMatch(JsonNode::isString)) {
            throw wrong(name, "must be a list of texts that is not empty");
        }
        return new TreeSet<>(list.valueStream().map(JsonNode::asString).toList());
    }

    /// The texts of an object, by their names.
    <T> Map<String, T> map(String name, Function<Entry, T> value) {
        Map<String, T> map = new LinkedHashMap<>();
        if (has(name)) {
            DefinitionFields inner = object(name);
            inner.json.propertyNames().forEach(key -> map.put(key, value.apply(new Entry(inner, key))));
        }
        return map;
    }

    /// One field of an object whose names are free.
    record Entry(DefinitionFields fields, String name) {
        String text() {
            return fields.text(name);
        }

        <E extends Enum<E>> E word(Class<E> words) {
            return fields.word(fields.text(name), name, words);
        }

        IllegalArgumentException wrong(String what) {
            return fields.wrong(name, what);
        }
    }

    DefinitionFields object(String name) {
        return new DefinitionFields(value(name), path + "." + name);
    }

    IllegalArgumentException wrong(String name, String what) {
        return new IllegalArgumentException(path + "." + name + " " + what);
    }
}
