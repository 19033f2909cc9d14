package dev.turnpike.sandbox;

import dev.turnpike.json.JsonCursor;
import dev.turnpike.lambda.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Lists in the payloads to and from the sandbox.
final class WireList {
    private WireList() {}

    static void append(StringBuilder json, List<String> texts) {
        String before = "[";
        for (String text : texts) {
            Json.string(json.append(before), text);
            before = ",";
        }
        json.append(texts.isEmpty() ? "[]" : "]");
    }

    /// @param element reads one; see [JsonCursor]
    static <T> List<T> read(JsonCursor json, Function<JsonCursor, T> element) {
        List<T> elements = new ArrayList<>();
        for (boolean more = json.firstElement(); more; more = json.nextElement()) {
            elements.add(element.apply(json));
        }
        return elements;
    }
}
