package dev.turnpike.responses;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Parameters of the Responses API under their names in Chat Completions, each as JSON text.
final class Parameters {
    private static final List<String> SAME_NAME = List.of(
            "top_p",
            "presence_penalty",
            "frequency_penalty",
            "user",
            "safety_identifier",
            "prompt_cache_key",
            "prompt_cache_retention");
    private static final List<String> SUMMARIES = List.of("auto", "concise", "detailed");

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
        body.object("reasoning").ifPresent(reasoning -> {
            SharedFields.effort(reasoning, "effort")
                    .ifPresent(effort -> parameters.put("reasoning_effort", quoted(effort)));
            reasoning.oneOf("summary", SUMMARIES);
            reasoning.oneOf("generate_summary", SUMMARIES);
        });
        body.object("text").ifPresent(text -> {
            SharedFields.verbosity(text).ifPresent(verbosity -> parameters.put("verbosity", quoted(verbosity)));
            text.object("format").ifPresent(format -> TextFormat.parameter(format, parameters));
        });
        return parameters;
    }

    private static String quoted(String plainWord) {
        return '"' + plainWord + '"';
    }
}
