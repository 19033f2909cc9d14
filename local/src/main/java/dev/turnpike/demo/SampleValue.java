package dev.turnpike.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Makes a value that a JSON Schema allows, with what a text offers for it: quoted words, numbers, a place after "in".
final class SampleValue {
    private static final int DEEPEST = 16;
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Pattern QUOTED = Pattern.compile("[\"“'‘]([^\"”'’]+)[\"”'’]");
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(?:\\.\\d+)?");
    private static final Pattern PLACE = Pattern.compile("\\b(?:in|for|at|near) (\\p{Lu}\\p{L}+(?: \\p{Lu}\\p{L}+)?)");
    private static final Pattern PLACE_NAMES = Pattern.compile(".*(city|place|location|town|country).*");

    private final JsonNode root;
    private final String place;
    private final Deque<String> quoted;
    private final Deque<String> numbers;

    private SampleValue(JsonNode root, String text) {
        this.root = root;
        this.place = PLACE.matcher(text)
                .results()
                .map(found -> found.group(1))
                .findFirst()
                .orElse("Berlin");
        this.quoted = all(QUOTED, 1, text);
        this.numbers = all(NUMBER, 0, text);
    }

    static JsonNode of(JsonNode schema, String text) {
        return new SampleValue(schema, text).value(schema, "", 0);
    }

    private static Deque<String> all(Pattern pattern, int group, String text) {
        return new ArrayDeque<>(
                pattern.matcher(text).results().map(found -> found.group(group)).toList());
    }

    private JsonNode value(JsonNode schema, String name, int depth) {
        if (depth > DEEPEST) {
            return JSON.nullNode();
        }
        if (schema.has("$ref")) {
            return value(root.at(schema.path("$ref").asString("#").substring(1)), name, depth + 1);
        }
        if (schema.has("const")) {
            return schema.path("const");
        }
        if (schema.has("enum")) {
            return schema.path("enum").path(0);
        }
        for (String choice : List.of("anyOf", "oneOf", "allOf")) {
            if (schema.has(choice)) {
                return value(schema.path(choice).path(0), name, depth + 1);
            }
        }
        return ofType(schema, name, depth);
    }

    private JsonNode ofType(JsonNode schema, String name, int depth) {
        return switch (type(schema)) {
            case "object" -> object(schema, depth);
            case "array" -> array(schema, name, depth);
            case "integer" -> JSON.numberNode(Math.round(number(schema)));
            case "number" -> JSON.numberNode(number(schema));
            case "boolean" -> JSON.booleanNode(true);
            case "null" -> JSON.nullNode();
            default -> JSON.stringNode(string(schema, name));
        };
    }

    private static String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        if (type.isArray()) {
            return type.path(0).asString("string");
        }
        return type.asString(schema.has("properties") ? "object" : "string");
    }

    /// The required properties; what is left out is left to its default.
    private ObjectNode object(JsonNode schema, int depth) {
        ObjectNode object = JSON.objectNode();
        schema.path("required").forEach(required -> {
            String name = required.asString("");
            object.set(name, value(schema.path("properties").path(name), name, depth + 1));
        });
        return object;
    }

    private ArrayNode array(JsonNode schema, String name, int depth) {
        ArrayNode array = JSON.arrayNode();
        int items = Math.max(1, schema.path("minItems").asInt(1));
        for (int i = 0; i < Math.min(items, 100); i++) {
            array.add(value(schema.path("items"), name, depth + 1));
        }
        return array;
    }

    private double number(JsonNode schema) {
        double least =
                schema.path("minimum").asDouble(schema.path("exclusiveMinimum").asDouble(-1) + 1);
        double most = schema.path("maximum").asDouble(Double.MAX_VALUE);
        String said = numbers.poll();
        double wanted = said == null ? Math.max(1, least) : Double.parseDouble(said);
        return Math.clamp(wanted, Math.min(schema.has("minimum") ? least : wanted, most), most);
    }

    private String string(JsonNode schema, String name) {
        return switch (schema.path("format").asString("")) {
            case "date" -> "2026-01-01";
            case "time" -> "12:00:00Z";
            case "date-time" -> "2026-01-01T12:00:00Z";
            case "email" -> "someone@example.com";
            case "uri" -> "https://example.com/";
            case "uuid" -> "00000000-0000-4000-8000-000000000000";
            default -> word(name.toLowerCase(Locale.ROOT));
        };
    }

    private String word(String name) {
        String said = quoted.poll();
        if (said != null) {
            return said;
        }
        Matcher aPlace = PLACE_NAMES.matcher(name);
        return aPlace.matches() ? place : name.isEmpty() ? "example" : "some " + name.replace('_', ' ');
    }
}
