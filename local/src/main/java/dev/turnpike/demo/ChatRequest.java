package dev.turnpike.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// As much of a Chat Completions request as the script looks at.
///
/// @param schema what a structured answer must look like: an empty schema for any JSON object, nothing for plain text
record ChatRequest(
        String model,
        List<Message> messages,
        List<OfferedTool> tools,
        ToolRules rules,
        Output output,
        Optional<JsonNode> schema) {

    /// @param text its text parts, joined
    /// @param calls the names of the tools that it calls
    record Message(String role, String text, int images, List<String> calls) {
        boolean is(String wanted) {
            return role.equals(wanted);
        }
    }

    record OfferedTool(String name, JsonNode parameters) {}

    /// @param choice `auto`, `none`, `required`, or the name of the one tool that must be called
    /// @param parallel whether one answer may hold several calls
    record ToolRules(String choice, boolean parallel) {}

    /// @param maxTokens the most that the answer may have; [Integer#MAX_VALUE] when nothing limits it
    record Output(boolean stream, boolean includeUsage, int maxTokens) {}

    static ChatRequest parse(JsonNode json) {
        return new ChatRequest(
                json.path("model").asString("demo"),
                messages(json.path("messages")),
                tools(json.path("tools")),
                rules(json),
                output(json),
                schema(json.path("response_format")));
    }

    /// What the person said last; tool results come after it and don't count.
    String question() {
        return lastQuestion() < 0 ? "" : messages.get(lastQuestion()).text();
    }

    /// The place of the person's last message, -1 when there is none.
    int lastQuestion() {
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (messages.get(i).is("user")) {
                return i;
            }
        }
        return -1;
    }

    /// What the person said before, oldest first.
    List<Message> earlierQuestions() {
        return messages.stream()
                .limit(Math.max(0, lastQuestion()))
                .filter(message -> message.is("user"))
                .toList();
    }

    /// The tool results that came in after the model's last answer, in order.
    List<String> results() {
        int first = messages.size();
        while (first > 0 && messages.get(first - 1).is("tool")) {
            first--;
        }
        return messages.subList(first, messages.size()).stream()
                .map(Message::text)
                .toList();
    }

    /// How many answers since the person's last message called tools.
    long toolTurns() {
        return messages.stream()
                .skip(lastQuestion() + 1L)
                .filter(message -> !message.calls().isEmpty())
                .count();
    }

    Optional<OfferedTool> tool(String name) {
        return tools.stream().filter(tool -> tool.name().equals(name)).findFirst();
    }

    private static List<Message> messages(JsonNode array) {
        List<Message> messages = new ArrayList<>();
        array.forEach(message -> {
            JsonNode content = message.path("content");
            List<String> calls = new ArrayList<>();
            message.path("tool_calls")
                    .forEach(
                            call -> calls.add(call.path("function").path("name").asString("")));
            messages.add(new Message(message.path("role").asString(""), text(content), images(content), calls));
        });
        return messages;
    }

    private static String text(JsonNode content) {
        return content.isArray()
                ? content.values().stream()
                        .map(part -> part.path("text").asString(""))
                        .filter(text -> !text.isEmpty())
                        .collect(Collectors.joining("\n"))
                : content.asString("");
    }

    private static int images(JsonNode content) {
        return content.isArray()
                ? (int) content.values().stream()
                        .filter(part -> part.has("image_url"))
                        .count()
                : 0;
    }

    private static List<OfferedTool> tools(JsonNode array) {
        List<OfferedTool> tools = new ArrayList<>();
        array.forEach(tool -> {
            JsonNode function = tool.path("function");
            tools.add(new OfferedTool(function.path("name").asString(""), function.path("parameters")));
        });
        return tools;
    }

    private static ToolRules rules(JsonNode json) {
        JsonNode choice = json.path("tool_choice");
        String named = choice.path("function").path("name").asString("");
        return new ToolRules(
                choice.isObject() ? named : choice.asString("auto"),
                json.path("parallel_tool_calls").asBoolean(true));
    }

    private static Output output(JsonNode json) {
        int older = json.path("max_tokens").asInt(Integer.MAX_VALUE);
        return new Output(
                json.path("stream").asBoolean(false),
                json.path("stream_options").path("include_usage").asBoolean(false),
                json.path("max_completion_tokens").asInt(older));
    }

    private static Optional<JsonNode> schema(JsonNode format) {
        return switch (format.path("type").asString("text")) {
            case "json_schema" -> Optional.of(format.path("json_schema").path("schema"));
            case "json_object" -> Optional.of(JsonNodeFactory.instance.objectNode());
            default -> Optional.empty();
        };
    }
}
