package dev.turnpike.model;

import dev.turnpike.tool.ToolSpec;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.Set;
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
            json.writeName("stream_options").writeStartObject();
            json.writeBooleanProperty("include_usage", true).writeEndObject();
            json.writeNumberProperty(dialect.maxTokensField(), request.maxOutputTokens());
            parameters(json, request.parameters());
            tools(json, request);
            json.writeName("messages");
            new ChatMessages(json, request.items()).write(request.instructions());
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void parameters(JsonGenerator json, Map<String, String> parameters) {
        parameters.forEach((name, value) -> {
            if (!OWN.contains(name)) {
                json.writeName(name).writeRawValue(value);
            }
        });
    }

    /// Without tools nothing is said of them: providers refuse a choice among none.
    private static void tools(JsonGenerator json, ModelRequest request) {
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

    private static void tool(JsonGenerator json, ToolSpec tool) {
        json.writeStartObject().writeStringProperty("type", "function");
        json.writeName("function").writeStartObject();
        json.writeStringProperty("name", tool.name());
        if (tool.description() != null) {
            json.writeStringProperty("description", ModelText.wellFormed(tool.description()));
        }
        if (tool.parameters() != null) {
            json.writeName("parameters").writeRawValue(tool.parameters());
        }
        if (tool.strict() != null) {
            json.writeBooleanProperty("strict", tool.strict());
        }
        json.writeEndObject().writeEndObject();
    }

    private static void toolChoice(JsonGenerator json, ToolChoice choice) {
        switch (choice) {
            case ToolChoice.Auto _ -> json.writeString("auto");
            case ToolChoice.None _ -> json.writeString("none");
            case ToolChoice.Required _ -> json.writeString("required");
            case ToolChoice.Named(String tool) -> {
                json.writeStartObject().writeStringProperty("type", "function");
                json.writeName("function").writeStartObject();
                json.writeStringProperty("name", tool).writeEndObject().writeEndObject();
            }
        }
    }
}
