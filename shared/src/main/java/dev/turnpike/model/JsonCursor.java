package dev.turnpike.model;

import java.io.StringWriter;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.exc.StreamReadException;

/// Walks JSON of which nothing is sure but that it is JSON: a value of another type than the one asked for counts as
/// absent.
///
/// Whoever takes a field or an element reads its value with exactly one call: every method here that reads a value
/// begins at the value's first token and ends at its last.
///
/// ```java
/// for (String field = json.firstField(); field != null; field = json.nextField()) {
///     switch (field) {
///         case "name" -> name = json.string();
///         default -> json.skip();
///     }
/// }
/// ```
///
/// All methods throw [JacksonException] where the bytes are not JSON.
final class JsonCursor implements AutoCloseable {
    private final JsonParser json;

    JsonCursor(byte[] bytes, int offset, int length) {
        json = Json.FACTORY.createParser(ObjectReadContext.empty(), bytes, offset, length);
    }

    /// Moves to the one object that the bytes must be.
    void begin() {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new StreamReadException(json, "not an object");
        }
    }

    void end() {
        if (json.nextToken() != null) {
            throw new StreamReadException(json, "more than one object");
        }
    }

    /// Null when the value has no fields.
    @Nullable
    String firstField() {
        if (json.currentToken() == JsonToken.START_OBJECT) {
            return nextField();
        }
        skip();
        return null;
    }

    @Nullable
    String nextField() {
        String name = json.nextName();
        if (name != null) {
            json.nextToken();
        }
        return name;
    }

    /// False when the value has no elements.
    boolean firstElement() {
        if (json.currentToken() == JsonToken.START_ARRAY) {
            return nextElement();
        }
        skip();
        return false;
    }

    boolean nextElement() {
        return json.nextToken() != JsonToken.END_ARRAY;
    }

    void skip() {
        json.skipChildren();
    }

    boolean isString() {
        return json.currentToken() == JsonToken.VALUE_STRING;
    }

    boolean isArray() {
        return json.currentToken() == JsonToken.START_ARRAY;
    }

    /// Empty for whatever is not a string.
    String string() {
        if (isString()) {
            return json.getString();
        }
        skip();
        return "";
    }

    int intOr(int fallback) {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            return json.getIntValue();
        }
        skip();
        return fallback;
    }

    /// 0 for whatever is not a number, written as one or as a string.
    double number() {
        skip();
        return json.getValueAsDouble();
    }

    /// Whether it says anything: not null, not false, not an empty string.
    boolean truth() {
        boolean nothing = json.currentToken() == JsonToken.VALUE_NULL
                || json.currentToken() == JsonToken.VALUE_FALSE
                || (isString() && json.getStringLength() == 0);
        skip();
        return !nothing;
    }

    /// A string's text; any other value as JSON text; empty for null.
    String stringOrJson() {
        if (isString() || json.currentToken() == JsonToken.VALUE_NULL) {
            return string();
        }
        var copy = new StringWriter();
        try (JsonGenerator out = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), copy)) {
            out.copyCurrentStructureExact(json);
        }
        return copy.toString();
    }

    @Override
    public void close() {
        json.close();
    }
}
