package dev.turnpike.responses;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// One JSON object of a request, read field by field. Whatever is wrong is said with the field's path.
///
/// A `null` counts as not given.
public final class Fields {
    private final JsonNode object;
    private final String path;

    /// @param path `input[0]`, `text.format`, …; empty for the body itself
    private Fields(JsonNode object, String path) {
        this.object = object;
        this.path = path;
    }

    public static Fields of(JsonNode object, String path) {
        if (object.isObject()) {
            return new Fields(object, path);
        }
        // OpenAI calls null an object too; "expected an object, but got an object" would help nobody.
        String found = object.isNull() ? "null" : kind(object);
        throw path.isEmpty()
                ? ApiException.invalid(
                        "invalid_type", null, "Invalid body: expected an object, but got " + found + " instead.")
                : ApiException.wrongType(path, "an object", found);
    }

    public String path(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    public JsonNode object() {
        return object;
    }

    public void allowOnly(Set<String> known) {
        for (String name : object.propertyNames()) {
            if (!known.contains(name)) {
                throw unknown(name);
            }
        }
    }

    ApiException unknown(String name) {
        String at = path(WireText.shown(name));
        return ApiException.invalid("unknown_parameter", at, "Unknown parameter: '" + at + "'.");
    }

    public boolean has(String name) {
        JsonNode value = object.get(name);
        return value != null && !value.isNull();
    }

    public @Nullable JsonNode value(String name) {
        return has(name) ? object.get(name) : null;
    }

    public Optional<String> text(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isString()) {
            throw ApiException.wrongType(path(name), "a string", kind(value));
        }
        return Optional.of(value.asString());
    }

    public Optional<String> text(String name, int longest) {
        Optional<String> text = text(name);
        if (text.isPresent() && text.get().length() > longest) {
            throw ApiException.invalid(
                    "string_above_max_length",
                    path(name),
                    "Invalid '%s': string too long. Expected a string with maximum length %d, but got a string with length %d instead."
                            .formatted(path(name), longest, text.get().length()));
        }
        return text;
    }

    public String requiredText(String name) {
        return text(name).orElseThrow(() -> missing(name));
    }

    /// What other things are joined by: never empty.
    public String requiredName(String name) {
        String text = requiredText(name);
        if (text.isEmpty()) {
            throw ApiException.invalid(
                    "empty_string",
                    path(name),
                    "Invalid '%s': empty string. Expected a string with minimum length 1, but got an empty string instead."
                            .formatted(path(name)));
        }
        return text;
    }

    public ApiException missing(String name) {
        return ApiException.missing(path(name));
    }

    public Optional<String> oneOf(String name, List<String> allowed) {
        Optional<String> text = text(name);
        text.filter(value -> !allowed.contains(value)).ifPresent(value -> {
            throw notAllowed(path(name), value, allowed);
        });
        return text;
    }

    public static ApiException notAllowed(String path, String value, List<String> allowed) {
        String last = "'" + allowed.getLast() + "'";
        String most = String.join(
                ", ",
                allowed.subList(0, allowed.size() - 1).stream()
                        .map(each -> "'" + each + "'")
                        .toList());
        String supported = most.isEmpty() ? last : most + (allowed.size() > 2 ? ", and " : " and ") + last;
        return ApiException.invalid(
                "invalid_value",
                path,
                "Invalid value: '%s'. Supported values are: %s.".formatted(WireText.shown(value), supported));
    }

    /// The same object with one more field, or with another text in it.
    Fields with(String name, String text) {
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        object.properties().forEach(field -> copy.set(field.getKey(), field.getValue()));
        return new Fields(copy.put(name, text), path);
    }

    public Optional<Boolean> flag(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isBoolean()) {
            throw ApiException.wrongType(path(name), "a boolean", kind(value));
        }
        return Optional.of(value.booleanValue());
    }

    public OptionalInt integer(String name, int least, int most) {
        JsonNode value = value(name);
        if (value == null) {
            return OptionalInt.empty();
        }
        if (!value.isIntegralNumber()) {
            throw ApiException.wrongType(path(name), "an integer", kind(value));
        }
        return OptionalInt.of(within("integer", name, value, least, most).intValueExact());
    }

    public Optional<BigDecimal> decimal(String name, int least, int most) {
        JsonNode value = value(name);
        if (value == null) {
            return Optional.empty();
        }
        if (!value.isNumber()) {
            throw ApiException.wrongType(path(name), "a decimal", kind(value));
        }
        return Optional.of(within("decimal", name, value, least, most));
    }

    /// A number is compared as it was sent: a `double` or an `int` may not hold it.
    private BigDecimal within(String what, String name, JsonNode value, int least, int most) {
        BigDecimal number = value.decimalValue();
        if (number.compareTo(BigDecimal.valueOf(most)) > 0) {
            throw range(what + "_above_max_value", name, what + " above maximum value", "<= " + most, value);
        }
        if (number.compareTo(BigDecimal.valueOf(least)) < 0) {
            throw range(what + "_below_min_value", name, what + " below minimum value", ">= " + least, value);
        }
        return number;
    }

    private ApiException range(String code, String name, String what, String bound, JsonNode found) {
        return ApiException.invalid(
                code,
                path(name),
                "Invalid '%s': %s. Expected a value %s, but got %s instead."
                        .formatted(path(name), what, bound, WireText.shown(found.toString())));
    }

    public Optional<Fields> object(String name) {
        JsonNode value = value(name);
        return value == null ? Optional.empty() : Optional.of(of(value, path(name)));
    }

    /// The elements as objects; empty when the field is not given.
    public List<Fields> objects(String name) {
        List<Fields> objects = new ArrayList<>();
        for (JsonNode element : array(name)) {
            objects.add(of(element, path(name) + "[" + objects.size() + "]"));
        }
        return objects;
    }

    /// @param size of the array that the field is
    /// @throws ApiException it is longer than `most`
    public void atMost(String name, int size, int most) {
        if (size > most) {
            throw ApiException.invalid(
                    "array_above_max_length",
                    path(name),
                    "Invalid '%s': array too long. Expected an array with maximum length %d, but got an array with length %d instead."
                            .formatted(path(name), most, size));
        }
    }

    public List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (JsonNode element : array(name)) {
            if (!element.isString()) {
                throw ApiException.wrongType(path(name) + "[" + texts.size() + "]", "a string", kind(element));
            }
            texts.add(element.asString());
        }
        return texts;
    }

    private Iterable<JsonNode> array(String name) {
        JsonNode value = value(name);
        if (value == null) {
            return List.of();
        }
        if (!value.isArray()) {
            throw ApiException.wrongType(path(name), "an array", kind(value));
        }
        return value;
    }

    /// How OpenAI names what it got; it calls null an object.
    public static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING -> "a string";
            case BOOLEAN -> "a boolean";
            case ARRAY -> "an array";
            case NUMBER -> node.isIntegralNumber() ? "an integer" : "a decimal";
            case NULL, OBJECT, MISSING, BINARY, POJO -> "an object";
        };
    }
}
