package dev.turnpike.model;

import dev.turnpike.json.MalformedJsonException;
import dev.turnpike.tokens.TokenRules;
import dev.turnpike.tool.ToolSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What stands before a prompt's items, as it counts: the instructions, the tools and the form of the answer.
///
/// OpenAI's models are shown tools as the functions of a TypeScript namespace, and a form of the answer as its schema.
/// Neither is documented; the renderings here follow what others found out, and `ReportedUsageTest` holds the counts
/// against what the API reports. The models of others are mostly shown the JSON.
public final class FixedTexts {
    private static final String FORMAT = "response_format";

    private FixedTexts() {}

    /// As the model is shown them, about.
    ///
    /// @param parameters of the call, each as JSON text
    public static List<String> about(
            String model, @Nullable String instructions, List<ToolSpec> tools, Map<String, String> parameters) {
        boolean rendered = TokenRules.of(model).openAi();
        return texts(
                instructions,
                tools.isEmpty() ? "" : rendered ? namespace(tools) : json(tools),
                format(parameters.get(FORMAT)));
    }

    /// Never shorter than what the model is shown, and nothing of it is parsed.
    static List<String> most(ModelRequest request) {
        return texts(
                request.instructions(),
                json(request.tools()),
                request.parameters().get(FORMAT));
    }

    /// Tools are part of the instructions, where there are any.
    private static List<String> texts(@Nullable String instructions, String tools, @Nullable String format) {
        List<String> texts = new ArrayList<>();
        if (instructions != null || !tools.isEmpty()) {
            texts.add(instructions == null ? tools : instructions + tools);
        }
        if (format != null && !format.isEmpty()) {
            texts.add(format);
        }
        return texts;
    }

    private static String namespace(List<ToolSpec> tools) {
        var text = new StringBuilder("namespace functions {\n\n");
        for (ToolSpec tool : tools) {
            text.append(SchemaNode.comment(tool.description())).append("type ").append(tool.name());
            String arguments = arguments(tool.parameters());
            text.append(arguments.isEmpty() ? " = () => any;\n\n" : " = (_: {\n" + arguments + "}) => any;\n\n");
        }
        return text.append("} // namespace functions").toString();
    }

    private static String arguments(@Nullable String parameters) {
        if (parameters == null) {
            return "";
        }
        try {
            SchemaNode schema = SchemaNode.read(parameters);
            SchemaNode definitions = schema.at("$defs");
            return definitions == null ? schema.properties() : schema.properties() + definitions.shown();
        } catch (MalformedJsonException _) {
            return parameters;
        }
    }

    /// With the words that are around each in every template.
    private static String json(List<ToolSpec> tools) {
        var text = new StringBuilder();
        for (ToolSpec tool : tools) {
            text.append("{\"type\":\"function\",\"function\":{\"name\":\"").append(tool.name());
            text.append("\",\"description\":\"").append(tool.description() == null ? "" : tool.description());
            text.append("\",\"parameters\":").append(tool.parameters() == null ? "{}" : tool.parameters());
            text.append("}}\n");
        }
        return text.toString();
    }

    /// A form without a schema is not shown.
    private static String format(@Nullable String format) {
        if (format == null) {
            return "";
        }
        try {
            SchemaNode asked = SchemaNode.read(format).at("json_schema");
            if (asked == null) {
                return "";
            }
            SchemaNode schema = asked.at("schema");
            String shown = schema == null ? "" : schema.shown();
            return "# Response Formats\n\n## " + asked.words("name") + "\n\n"
                    + SchemaNode.comment(asked.words("description")) + shown;
        } catch (MalformedJsonException _) {
            return format;
        }
    }
}
