package dev.turnpike.tool;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Checks JSON against a schema and says what is wrong in words that help a model to do better.
final class SchemaCheck {
    private static final int MAX_MISTAKES = 5;
    private static final int MAX_NAME_CHARS = 80;

    private final Schema schema;

    SchemaCheck(JsonNode schema) {
        this.schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema);
    }

    /// @return one short phrase per mistake, the first few of them; empty when all is well
    List<String> mistakes(JsonNode json) {
        return schema.validate(json).stream()
                .filter(error -> !declinedNull(error))
                .map(SchemaCheck::phrase)
                .distinct()
                .limit(MAX_MISTAKES)
                .toList();
    }

    /// What may be null or something else has two mistakes when it is neither; the other one is worth telling.
    private static boolean declinedNull(Error error) {
        return error.getKeyword().equals("type")
                && error.getSchemaNode().stringValue("").equals("null");
    }

    private static String phrase(Error error) {
        String place = error.getInstanceLocation().toString();
        String field = place.isEmpty() ? "the whole" : quoted(place.substring(1));
        String in = place.isEmpty() ? "" : " in " + field;
        return switch (error.getKeyword()) {
            case "required" -> "missing " + quoted(error.getProperty()) + in;
            case "additionalProperties" -> "unknown field " + quoted(error.getProperty()) + in;
            case "type" -> field + " must be " + error.getArguments()[1] + ", not " + error.getArguments()[0];
            case "enum" -> field + " must be one of " + error.getSchemaNode();
            default -> field + " " + error.getMessage();
        };
    }

    private static String quoted(@Nullable String name) {
        String text = String.valueOf(name);
        return '"' + (text.length() > MAX_NAME_CHARS ? ToolText.head(text, MAX_NAME_CHARS) + "…" : text) + '"';
    }
}
