package dev.turnpike.e2e;

import dev.turnpike.tokens.TokenCounter;
import tools.jackson.databind.JsonNode;

/// Counts a prompt as OpenAI does, as far as that is known: three tokens around each message and before the answer,
/// and tools as the types that the model is shown.
final class ChaosPrompt {
    private static final int AROUND = 3;

    private final TokenCounter tokens;

    ChaosPrompt(TokenCounter tokens) {
        this.tokens = tokens;
    }

    long tokens(JsonNode body) {
        return AROUND
                + body.path("messages").valueStream().mapToLong(this::message).sum()
                + tools(body.path("tools"));
    }

    private long message(JsonNode message) {
        return AROUND
                + tokens.count(message.path("role").asString(""))
                + tokens.count(message.path("content").asString(""))
                + message.path("tool_calls")
                        .valueStream()
                        .map(call -> call.path("function"))
                        .mapToLong(call -> tokens.count(call.path("name").asString("")
                                + call.path("arguments").asString("")))
                        .sum();
    }

    private long tools(JsonNode tools) {
        if (tools.isEmpty()) {
            return 0;
        }
        var types = new StringBuilder("# Tools\n\n## functions\n\nnamespace functions {\n\n");
        for (JsonNode tool : tools) {
            JsonNode function = tool.path("function");
            types.append("// ")
                    .append(function.path("description").asString(""))
                    .append('\n');
            types.append("type ").append(function.path("name").asString("")).append(" = (_: {\n");
            function.path("parameters")
                    .path("properties")
                    .properties()
                    .forEach(each -> types.append("// ")
                            .append(each.getValue().path("description").asString(""))
                            .append('\n')
                            .append(each.getKey())
                            .append(": ")
                            .append(each.getValue().path("type").asString("any"))
                            .append(",\n"));
            types.append("}) => any;\n\n");
        }
        return tokens.count(types.append("} // namespace functions").toString());
    }
}
