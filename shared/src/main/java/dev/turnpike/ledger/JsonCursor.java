package dev.turnpike.ledger;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Walks through a JSON file value by value. Anything but what was asked for ends the walk and names the place.
///
/// Loops, not lambdas: the walk is part of a cold start, and linking a lambda costs more there than parsing a model.
final class JsonCursor {
    private final JsonParser json;

    JsonCursor(JsonParser json) {
        this.json = json;
        json.nextToken();
    }

    /// Enters the object at hand.
    ///
    /// @return as [#nextField]
    @Nullable
    String firstField() {
        if (!atObject()) {
            throw wrong("an object expected");
        }
        return nextField();
    }

    /// @return the next name of the object, the cursor standing on its value; null after the last
    @Nullable
    String nextField() {
        String name = json.nextName();
        if (name != null) {
            json.nextToken();
        }
        return name;
    }

    /// Enters the array at hand.
    ///
    /// @return as [#nextElement]
    boolean firstElement() {
        if (!atArray()) {
            throw wrong("an array expected");
        }
        return nextElement();
    }

    /// @return whether there is another element; the cursor then stands on it
    boolean nextElement() {
        return json.nextToken() != JsonToken.END_ARRAY;
    }

    boolean atObject() {
        return json.currentToken() == JsonToken.START_OBJECT;
    }

    boolean atArray() {
        return json.currentToken() == JsonToken.START_ARRAY;
    }

    String text() {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw wrong("text expected");
        }
        return json.getString();
    }

    long whole() {
        return json.getLongValue();
    }

    BigDecimal decimal() {
        return json.getDecimalValue();
    }

    boolean flag() {
        return json.getBooleanValue();
    }

    void skip() {
        json.skipChildren();
    }

    /// Makes sure that nothing follows the object at hand.
    void end() {
        if (json.nextToken() != null) {
            throw wrong("nothing expected after it");
        }
    }

    IllegalArgumentException wrong(String what) {
        var where = json.currentTokenLocation();
        return new IllegalArgumentException("cannot read the price list: %s (line %d, column %d)"
                .formatted(what, where.getLineNr(), where.getColumnNr()));
    }
}
