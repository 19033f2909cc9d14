package dev.turnpike.responses;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Parameters of the Responses API under their names in Chat Completions, each as JSON text.
final class Parameters {
    private static final List<String> SAME_NAME = List.of("top_p", "presence_penalty", "frequency_penalty", "user");
    private static final List<String> SUMMARIES = List.of("auto", "concise", "detailed");
    private static final List<String> FORMATS = List.of("text", "json_schema", "json_object");

    private Parameters() {}

    static Map<String, String> read(Fields body, @Nullable Double temperature) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (body.has("temperature")) {
            parameters.put("temperature", String.valueOf(body.value("temperature")));
        } else if (temperature != null) {
            parameters.put("temperature", temperature.toString());
        }
        for (String name : SAME_NAME) {
            JsonNode value = body.value(name);
            if (value != null) {
                parameters.put(name, value.toString());
            }
        }
        int logprobs = body.integer("top_logprobs", 0, 20).orElse(0);
        if (logprobs > 0) {
            parameters.put("logprobs", "true");
            parameters.put("top_logprobs", Integer.toString(logprobs));
        }
        body.object("reasoning").ifPresent(reasoning -> {
            SharedFields.effort(reasoning, "effort")
                    .ifPresent(effort -> parameters.put("reasoning_effort", quoted(effort)));
            reasoning.oneOf("summary", SUMMARIES);
        });
        body.object("text").ifPresent(text -> {
            SharedFields.verbosity(text).ifPresent(verbosity -> parameters.put("verbosity", quoted(verbosity)));
            text.object("format").ifPresent(format -> format(format, parameters));
        });
        return parameters;
    }

    private static void format(Fields format, Map<String, String> parameters) {
        if (!format.has("type")) {
            throw format.missing("type");
        }
        String type = format.oneOf("type", FORMATS).orElse("text");
        switch (type) {
            case "json_object" -> parameters.put("response_format", "{\"type\":\"json_object\"}");
            case "json_schema" ->
                parameters.put("response_format", schema(format).toString());
            default -> {}
        }
    }

    private static ObjectNode schema(Fields format) {
        ObjectNode inner = JsonNodeFactory.instance.objectNode();
        inner.put("name", format.requiredText("name"));
        Fields schema = format.object("schema").orElseThrow(() -> format.missing("schema"));
        format.text("description").ifPresent(text -> inner.put("description", text));
        format.flag("strict").ifPresent(strict -> inner.put("strict", strict));
        inner.set("schema", schema.object());
        ObjectNode outer = JsonNodeFactory.instance.objectNode();
        outer.put("type", "json_schema");
        outer.set("json_schema", inner);
        return outer;
    }

    private static String quoted(String plainWord) {
        return '"' + plainWord + '"';
    }
}
