package dev.turnpike.schema;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaException;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.regex.RegularExpressionFactory;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Checks JSON against a schema (draft 2020-12) and says what is wrong in words that help a model to do better.
///
/// Schemas come from callers, so nothing that one refers to is fetched, and neither a pattern nor a reference to itself
/// can keep a check busy for long.
public final class SchemaCheck {
    private static final int MAX_MISTAKES = 5;
    private static final int MAX_NAME_CHARS = 80;
    private static final int MAX_MISTAKE_CHARS = 300;
    private static final String TOO_COMPLICATED = "the schema is too complicated to be checked";

    private final Schema schema;

    /// @param schema one that can be used
    public SchemaCheck(JsonNode schema) {
        this.schema = registry().getSchema(schema);
    }

    /// Whether a schema can be used, and what is wrong with it if not.
    ///
    /// @return one short phrase per mistake, the first few of them; empty when all is well
    public static List<String> unusable(JsonNode schema) {
        try {
            List<String> mistakes = phrases(Meta.SCHEMA.validate(schema));
            if (mistakes.isEmpty()) {
                // What it refers to is looked up with the first value.
                new SchemaCheck(schema).schema.validate(JsonNodeFactory.instance.objectNode());
            }
            return mistakes;
        } catch (StackOverflowError | Looks.TooManyException _) {
            return List.of(TOO_COMPLICATED);
        } catch (SchemaException | IllegalArgumentException unusable) {
            return List.of(head(reason(unusable), MAX_MISTAKE_CHARS));
        }
    }

    private static String reason(Throwable unusable) {
        for (Throwable cause = unusable; cause != null; cause = cause.getCause()) {
            if (cause instanceof PatternSyntaxException malformed) {
                return "a pattern is malformed: " + malformed.getDescription();
            }
        }
        return String.valueOf(unusable.getMessage());
    }

    /// @return one short phrase per mistake, the first few of them; empty when all is well
    public List<String> mistakes(JsonNode json) {
        try {
            return phrases(schema.validate(json));
        } catch (StackOverflowError | Looks.TooManyException _) {
            return List.of(TOO_COMPLICATED);
        }
    }

    private static SchemaRegistry registry() {
        RegularExpressionFactory patterns = BoundedPattern::new;
        return SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemaLoader(loader ->
                                loader.allow(iri -> iri.toString().startsWith("https://json-schema.org/draft/")))
                        .schemaRegistryConfig(SchemaRegistryConfig.builder()
                                .regularExpressionFactory(patterns)
                                .build()));
    }

    private static List<String> phrases(List<Error> errors) {
        return errors.stream()
                .filter(error -> !declinedNull(error))
                .map(error -> head(phrase(error), MAX_MISTAKE_CHARS))
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
        return '"' + head(String.valueOf(name), MAX_NAME_CHARS) + '"';
    }

    private static String head(String text, int chars) {
        if (text.length() <= chars) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(chars - 1)) ? chars - 1 : chars;
        return text.substring(0, end) + "…";
    }

    /// What schemas themselves must be. Loaded when a first one is asked about.
    private static final class Meta {
        static final Schema SCHEMA =
                registry().getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
    }
}
