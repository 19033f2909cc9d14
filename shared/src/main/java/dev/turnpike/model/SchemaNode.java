package dev.turnpike.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.json.JsonCursor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A JSON Schema, read without knowing of all its keywords, and written as models are shown it.
///
/// @param fields of an object
/// @param elements of an array
/// @param json of anything else
record SchemaNode(Map<String, SchemaNode> fields, List<SchemaNode> elements, String json) {
    /// @throws dev.turnpike.json.MalformedJsonException where it is no JSON object
    static SchemaNode read(String schema) {
        byte[] bytes = schema.getBytes(UTF_8);
        var cursor = new JsonCursor();
        cursor.begin(bytes, 0, bytes.length);
        SchemaNode node = value(cursor);
        cursor.end();
        return node;
    }

    private static SchemaNode value(JsonCursor cursor) {
        Map<String, SchemaNode> fields = new LinkedHashMap<>();
        List<SchemaNode> elements = new ArrayList<>();
        if (cursor.isObject()) {
            for (String field = cursor.firstField(); field != null; field = cursor.nextField()) {
                fields.put(field, value(cursor));
            }
            return new SchemaNode(fields, elements, "");
        }
        if (cursor.isArray()) {
            for (boolean more = cursor.firstElement(); more; more = cursor.nextElement()) {
                elements.add(value(cursor));
            }
            return new SchemaNode(fields, elements, "");
        }
        boolean string = cursor.isString();
        String text = cursor.stringOrJson();
        return new SchemaNode(fields, elements, string ? '"' + text + '"' : text);
    }

    /// As a type of TypeScript, which is how OpenAI's models are shown the tools' parameters.
    String type() {
        SchemaNode options = first("anyOf", "oneOf");
        if (options != null) {
            return options.elements.stream().map(SchemaNode::type).collect(Collectors.joining(" | "));
        }
        SchemaNode values = first("enum", "const");
        if (values != null) {
            return values.elements.isEmpty()
                    ? values.json
                    : values.elements.stream().map(SchemaNode::json).collect(Collectors.joining(" | "));
        }
        SchemaNode type = fields.get("type");
        if (type == null) {
            String ref = words("$ref");
            return ref.isEmpty() ? "any" : ref.substring(ref.lastIndexOf('/') + 1);
        }
        return type.elements.isEmpty()
                ? type(type.text())
                : type.elements.stream().map(one -> type(one.text())).collect(Collectors.joining(" | "));
    }

    private String type(String name) {
        return switch (name) {
            case "integer" -> "number";
            case "array" -> (fields.containsKey("items") ? fields.get("items").type() : "any") + "[]";
            case "object" -> properties().isEmpty() ? "object" : "{\n" + properties() + "}";
            default -> name;
        };
    }

    /// One line for each, and one for what it is.
    String properties() {
        var lines = new StringBuilder();
        SchemaNode required = fields.get("required");
        List<String> needed = required == null
                ? List.of()
                : required.elements.stream().map(SchemaNode::text).toList();
        SchemaNode properties = fields.get("properties");
        if (properties != null) {
            properties.fields.forEach((name, schema) -> {
                lines.append(comment(schema.words("description"))).append(name);
                lines.append(needed.contains(name) ? ": " : "?: ").append(schema.type());
                lines.append(
                        schema.fields.containsKey("default")
                                ? ", // default: " + schema.fields.get("default").json
                                : ",");
                lines.append('\n');
            });
        }
        return lines.toString();
    }

    static String comment(@Nullable String words) {
        return words == null || words.isEmpty() ? "" : "// " + words.replace("\n", "\n// ") + "\n";
    }

    /// As JSON, but for what models are not told: that there are no other properties, and which are required.
    String shown() {
        if (!fields.isEmpty()) {
            return fields.entrySet().stream()
                    .filter(field -> !field.getKey().equals("additionalProperties")
                            && !field.getKey().equals("required"))
                    .map(field ->
                            '"' + field.getKey() + "\":" + field.getValue().shown())
                    .collect(Collectors.joining(",", "{", "}"));
        }
        return elements.isEmpty()
                ? json
                : elements.stream().map(SchemaNode::shown).collect(Collectors.joining(",", "[", "]"));
    }

    /// What a field says; empty where it says nothing.
    String words(String field) {
        SchemaNode node = fields.get(field);
        return node == null ? "" : node.text();
    }

    @Nullable
    SchemaNode at(String field) {
        return fields.get(field);
    }

    private @Nullable SchemaNode first(String one, String other) {
        return fields.containsKey(one) ? fields.get(one) : fields.get(other);
    }

    private String text() {
        return json.startsWith("\"") ? json.substring(1, json.length() - 1) : json;
    }
}
