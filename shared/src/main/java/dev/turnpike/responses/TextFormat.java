package dev.turnpike.responses;

import dev.turnpike.schema.AnswerFormat;
import dev.turnpike.schema.SchemaCheck;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The form of an answer: `text.format` of the Responses API, `response_format` of Chat Completions.
public final class TextFormat {
    private static final List<String> TYPES = List.of("text", "json_schema", "json_object");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]+");
    private static final int LONGEST_NAME = 64;

    private TextFormat() {}

    /// @throws ApiException the body's `text.format` asks for something that can't be done
    static void validate(Fields body) {
        body.object("text")
                .flatMap(text -> text.object("format"))
                .filter(format -> type(format).equals("json_schema"))
                .ifPresent(TextFormat::validateSchema);
    }

    /// @param format has a `type`
    /// @throws ApiException it is none of those there are
    public static String type(Fields format) {
        return format.oneOf("type", TYPES).orElseThrow(() -> format.missing("type"));
    }

    /// @param format has a name and a schema
    /// @throws ApiException one of them can't be used
    public static void validateSchema(Fields format) {
        String name = format.requiredName("name");
        format.text("name", LONGEST_NAME);
        if (!NAME.matcher(name).matches()) {
            throw ApiException.invalid(
                    "invalid_value",
                    format.path("name"),
                    "Invalid '%s': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
                            .formatted(format.path("name")));
        }
        format.text("description");
        format.flag("strict");
        Fields schema = format.object("schema").orElseThrow(() -> format.missing("schema"));
        List<String> mistakes = SchemaCheck.unusable(schema.object());
        if (!mistakes.isEmpty()) {
            throw ApiException.invalid(
                    "invalid_json_schema",
                    format.path("schema"),
                    "Invalid schema for '%s': %s.".formatted(name, String.join("; ", mistakes)));
        }
    }

    /// What the final answer must be; empty for any text.
    static Optional<AnswerFormat> read(Fields body) {
        return body.object("text").flatMap(text -> text.object("format")).flatMap(format -> switch (type(format)) {
            case "json_object" -> Optional.of(AnswerFormat.ANY_OBJECT);
            case "json_schema" ->
                Optional.of(new AnswerFormat(
                        format.object().path("schema").toString(),
                        format.flag("strict").orElse(false)));
            default -> Optional.empty();
        });
    }

    /// The same as the provider is told.
    static void parameter(Fields format, Map<String, String> parameters) {
        switch (type(format)) {
            case "json_object" -> parameters.put("response_format", "{\"type\":\"json_object\"}");
            case "json_schema" ->
                parameters.put("response_format", schema(format).toString());
            default -> {}
        }
    }

    private static ObjectNode schema(Fields format) {
        ObjectNode inner = JsonNodeFactory.instance.objectNode();
        inner.put("name", format.requiredText("name"));
        Fields schema = format.object("schema").orElseThrow(() -> format.missing("schema"));
        format.text("description").ifPresent(text -> inner.put("description", text));
        format.flag("strict").ifPresent(strict -> inner.put("strict", strict));
        inner.set("schema", schema.object());
        ObjectNode outer = JsonNodeFactory.instance.objectNode();
        outer.put("type", "json_schema");
        outer.set("json_schema", inner);
        return outer;
    }
}
