package dev.turnpike.responses;

import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The one mapper for JSON of ours and of callers, and the one door for what callers send. It binds no types; what it
/// reads is bounded.
public final class WireJson {
    private static final int DEEPEST_NESTING = 200;
    private static final int LONGEST_NUMBER = 400;
    private static final int LONGEST_BODY = 8 * 1024 * 1024;
    private static final int LONGEST_NAME = 1_024;

    private WireJson() {}

    /// The details of an error; left out where there are none.
    public static void details(JsonGenerator json, Map<String, String> details) {
        if (!details.isEmpty()) {
            json.writeObjectPropertyStart("details");
            details.forEach(json::writeStringProperty);
            json.writeEndObject();
        }
    }

    public static JsonMapper mapper() {
        var constraints = StreamReadConstraints.builder()
                .maxNestingDepth(DEEPEST_NESTING)
                .maxNumberLength(LONGEST_NUMBER)
                .maxStringLength(LONGEST_BODY)
                .maxNameLength(LONGEST_NAME)
                .build();
        return JsonMapper.builder(
                        JsonFactory.builder().streamReadConstraints(constraints).build())
                // A number in a tool's schema goes on as it came: a double would round it, or make a text of 1e400.
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .build();
    }

    /// What a caller sent, as a tree whose names and texts are well-formed.
    ///
    /// @throws ApiException it is not one JSON document, or out of bounds
    public static JsonNode read(JsonMapper mapper, String text) {
        if (text.length() > LONGEST_BODY) {
            throw ApiException.tooLarge("The body is longer than 8 MiB.");
        }
        try {
            JsonNode json = mapper.readTree(text);
            if (json.isMissingNode()) {
                throw notJson();
            }
            return WireText.sound(json);
        } catch (StreamConstraintsException _) {
            throw ApiException.tooLarge("The body is nested too deeply, or a text or number in it is too long.");
        } catch (JacksonException _) {
            throw notJson();
        }
    }

    private static ApiException notJson() {
        return ApiException.invalid(
                "invalid_json",
                null,
                "We could not parse the JSON body of your request. The API expects a JSON object.");
    }
}
