package dev.turnpike.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.turnpike.json.JsonCursor;
import dev.turnpike.model.Dialect.Switch;
import dev.turnpike.tool.ToolSpec;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/// Writes a model call as a Chat Completions request, which always streams and always asks for the usage.
final class ChatRequestWriter {
    /// What this class writes itself: a parameter of that name is left out. An answer never has several choices (`n`).
    private static final Set<String> OWN = Set.of(
            "model",
            "messages",
            "stream",
            "stream_options",
            "n",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "max_tokens",
            "max_completion_tokens");

    private static final String FORMAT = "response_format";

    private final Dialect dialect;

    ChatRequestWriter(Dialect dialect) {
        this.dialect = dialect;
    }

    byte[] write(ModelRequest request) {
        var bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = Json.FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
            json.writeStartObject();
            json.writeStringProperty("model", ModelText.wellFormed(request.model()));
            json.writeBooleanProperty("stream", true);
            if (!dialect.has(Switch.NO_STREAM_OPTIONS)) {
                json.writeName("stream_options").writeStartObject();
                json.writeBooleanProperty("include_usage", true).writeEndObject();
            }
            json.writeNumberProperty(dialect.maxTokensField(), request.maxOutputTokens());
            parameters(json, request.parameters());
            tools(json, request);
            json.writeName("messages");
            new ChatMessages(json, request.items()).write(instructions(request));
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private void parameters(JsonGenerator json, Map<String, String> parameters) {
        parameters.forEach((name, value) -> {
            if (!OWN.contains(name)) {
                dialect.parameter(name)
                        .ifPresent(theirs -> json.writeName(theirs).writeRawValue(value(name, value)));
            }
        });
    }

    private String value(String name, String value) {
        return name.equals(FORMAT)
                        && dialect.has(Switch.JSON_OBJECT)
                        && !schema(value).isEmpty()
                ? "{\"type\":\"json_object\"}"
                : value;
    }

    /// A provider that takes no schema is told of it in words; whether the answer fits is checked by us anyway.
    private @Nullable String instructions(ModelRequest request) {
        String schema =
                dialect.has(Switch.JSON_OBJECT) ? schema(request.parameters().getOrDefault(FORMAT, "{}")) : "";
        if (schema.isEmpty()) {
            return request.instructions();
        }
        String told = "Answer with one JSON object that fits this JSON schema, and with nothing else:\n" + schema;
        return request.instructions() == null ? told : request.instructions() + "\n\n" + told;
    }

    /// @param format as in `response_format`
    /// @return JSON text; empty where it asks for none
    private static String schema(String format) {
        byte[] bytes = format.getBytes(UTF_8);
        String schema = "";
        var json = new JsonCursor();
        json.begin(bytes, 0, bytes.length);
        for (String field = json.firstField(); field != null; field = json.nextField()) {
            if (!field.equals("json_schema")) {
                json.skip();
                continue;
            }
            for (String inner = json.firstField(); inner != null; inner = json.nextField()) {
                if (inner.equals("schema")) {
                    schema = json.stringOrJson();
                } else {
                    json.skip();
                }
            }
        }
        return schema;
    }

    /// Without tools nothing is said of them: providers refuse a choice among none.
    private void tools(JsonGenerator json, ModelRequest request) {
        if (request.tools().isEmpty()) {
            return;
        }
        json.writeName("tools").writeStartArray();
        request.tools().forEach(tool -> tool(json, tool));
        json.writeEndArray();
        json.writeName("tool_choice");
        toolChoice(json, request.toolChoice());
        if (!request.parallelToolCalls()) {
            // Left out when true, which is the default everywhere: some reasoning models refuse the mere parameter.
            json.writeBooleanProperty("parallel_tool_calls", false);
        }
    }

    private void tool(JsonGenerator json, ToolSpec tool) {
        json.writeStartObject().writeStringProperty("type", "function");
        json.writeName("function").writeStartObject();
        json.writeStringProperty("name", tool.name());
        if (tool.description() != null) {
            json.writeStringProperty("description", ModelText.wellFormed(tool.description()));
        }
        if (tool.parameters() != null) {
            json.writeName("parameters").writeRawValue(tool.parameters());
        }
        if (tool.strict() != null && !dialect.has(Switch.NO_STRICT)) {
            json.writeBooleanProperty("strict", tool.strict());
        }
        json.writeEndObject().writeEndObject();
    }

    private void toolChoice(JsonGenerator json, ToolChoice choice) {
        switch (choice) {
            case ToolChoice.Auto _ -> json.writeString("auto");
            case ToolChoice.None _ -> json.writeString("none");
            case ToolChoice.Required _ -> json.writeString(dialect.requiredToolChoice());
            case ToolChoice.Named(String tool) -> {
                json.writeStartObject().writeStringProperty("type", "function");
                json.writeName("function").writeStartObject();
                json.writeStringProperty("name", tool).writeEndObject().writeEndObject();
            }
        }
    }
}
