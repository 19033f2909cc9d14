package dev.turnpike.completions;

import dev.turnpike.responses.ChatFields;
import dev.turnpike.responses.Fields;
import dev.turnpike.responses.SharedFields;
import dev.turnpike.responses.TextFormat;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A chat completion request in the form of the Responses API, less its messages: the one form in which requests are
/// kept, so that a worker goes on with a run without knowing which wire it came on.
final class Translation {
    private final Fields from;
    private final ObjectNode to = JsonNodeFactory.instance.objectNode();

    /// @param from of whom everything but the answer's format has been checked
    Translation(Fields from) {
        this.from = from;
    }

    /// @throws dev.turnpike.responses.ApiException the answer's format is wrong
    ObjectNode body() {
        ChatFields.copy(from, "model", to, "model");
        ChatFields.copy(from, "parallel_tool_calls", to, "parallel_tool_calls");
        ChatFields.translate(from, to);
        to.put("store", from.flag("store").orElse(false));
        // Messages are never left out: whoever sends them all wants them all to count.
        to.put("truncation", "disabled");
        text();
        tools();
        return to;
    }

    private void text() {
        ObjectNode text = JsonNodeFactory.instance.objectNode();
        SharedFields.verbosity(from).ifPresent(verbosity -> text.put("verbosity", verbosity));
        from.object("response_format").ifPresent(format -> format(format, text.putObject("format")));
        if (!text.isEmpty()) {
            to.set("text", text);
        }
    }

    private static void format(Fields format, ObjectNode text) {
        String type = TextFormat.type(format);
        text.put("type", type);
        if (!type.equals("json_schema")) {
            return;
        }
        Fields schema = format.object("json_schema").orElseThrow(() -> format.missing("json_schema"));
        TextFormat.validateSchema(schema);
        text.put("name", schema.requiredName("name"));
        text.set(
                "schema",
                schema.object("schema")
                        .orElseThrow(() -> schema.missing("schema"))
                        .object());
        schema.text("description").ifPresent(description -> text.put("description", description));
        schema.flag("strict").ifPresent(strict -> text.put("strict", strict));
    }

    private void tools() {
        List<Fields> tools = from.objects("tools");
        if (!tools.isEmpty()) {
            ArrayNode flat = to.putArray("tools");
            tools.forEach(tool -> flat.add(flat(tool.object())));
        }
        JsonNode choice = from.value("tool_choice");
        if (choice != null) {
            to.set(
                    "tool_choice",
                    choice.get("allowed_tools") instanceof ObjectNode some ? flatChoice(some) : flat(choice));
        }
    }

    /// What may be called, beside the type instead of inside `allowed_tools`.
    private static ObjectNode flatChoice(ObjectNode some) {
        ObjectNode flat = JsonNodeFactory.instance.objectNode();
        flat.put("type", "allowed_tools");
        flat.set("mode", some.path("mode"));
        ArrayNode tools = flat.putArray("tools");
        some.path("tools").forEach(tool -> tools.add(flat(tool)));
        return flat;
    }

    /// A function's name and parameters, beside its type instead of inside its `function`.
    private static JsonNode flat(JsonNode tool) {
        if (!(tool.get("function") instanceof ObjectNode function)) {
            return tool;
        }
        ObjectNode flat = JsonNodeFactory.instance.objectNode();
        flat.put("type", "function");
        function.properties().forEach(field -> {
            if (!field.getKey().equals("type")) {
                flat.set(field.getKey(), field.getValue());
            }
        });
        return flat;
    }
}
