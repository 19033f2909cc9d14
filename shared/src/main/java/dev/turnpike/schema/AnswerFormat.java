package dev.turnpike.schema;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a run's final answer must be: JSON that fits a schema, or any JSON object.
///
/// @param schema as JSON text; null asks for any object
/// @param strict the caller wants the provider to make sure of it
public record AnswerFormat(@Nullable String schema, boolean strict) {
    public static final AnswerFormat ANY_OBJECT = new AnswerFormat(null, false);

    /// Whether providers make sure of such formats.
    public enum Enforcement {
        NEVER,
        /// Of objects, and of schemas that are asked for as strict: OpenAI does.
        STRICT,
        ALWAYS;

        /// Whether an answer can be shown before it is whole: it will fit.
        public boolean covers(AnswerFormat format) {
            return this == ALWAYS || (this == STRICT && (format.schema == null || format.strict));
        }
    }

    /// Where an answer does not fit. Names of its fields may be said, but nothing else of what it says.
    ///
    /// @return one short phrase per mistake, the first few of them; empty when it fits
    public List<String> mistakes(String answer) {
        JsonNode json;
        try {
            json = Json.MAPPER.readTree(answer);
        } catch (StreamConstraintsException _) {
            return List.of("it is nested too deep, or a number is too long");
        } catch (JacksonException _) {
            return List.of("it is not JSON");
        }
        if (json.isMissingNode()) {
            return List.of("it is empty");
        }
        if (schema == null) {
            return json.isObject() ? List.of() : List.of("it is not a JSON object");
        }
        return new SchemaCheck(Json.MAPPER.readTree(schema)).mistakes(json);
    }

    /// Loaded with the first answer.
    private static final class Json {
        static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .build();
    }
}
