package dev.turnpike.remote;

import dev.turnpike.tool.Compensation;
import dev.turnpike.tool.ToolContext;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The call that undoes another, with places for what is known of that one: `{arguments.name}`, `{output}`,
/// `{output.name.inner}`, `{idempotency_key}`. A text that is one place and nothing else becomes the value itself, be
/// it a number or an object.
///
/// @param tool the tool that undoes
/// @param arguments an object
public record UndoCall(String tool, JsonNode arguments) {
    private static final Pattern PLACE =
            Pattern.compile("\\{(arguments|output|idempotency_key)((?:\\.[A-Za-z0-9_-]{1,64})*)\\}");

    /// @throws IllegalArgumentException it has braces that are no place
    public UndoCall {
        requirePlaces(arguments);
    }

    private static void requirePlaces(JsonNode node) {
        if (node.isString() && PLACE.matcher(node.asString()).replaceAll("").matches("(?s).*[{}].*")) {
            throw new IllegalArgumentException(
                    "what stands in braces must be {arguments.name}, {output}, {output.name} or {idempotency_key}");
        }
        node.forEach(UndoCall::requirePlaces);
    }

    /// @return empty when the call's arguments or output have no such value
    Optional<Compensation> of(String sent, String output, ToolContext context) {
        var known = new Known(RemoteJson.object(sent), parsed(output), context.idempotencyKey());
        @Nullable JsonNode filled = fill(arguments, known);
        return filled == null ? Optional.empty() : Optional.of(new Compensation(tool, filled.toString()));
    }

    private static JsonNode parsed(String output) {
        try {
            return RemoteJson.MAPPER.readTree(output);
        } catch (JacksonException _) {
            return RemoteJson.MAPPER.getNodeFactory().stringNode(output);
        }
    }

    private record Known(JsonNode arguments, JsonNode output, String key) {
        @Nullable
        JsonNode at(String root, String path) {
            JsonNode node = switch (root) {
                case "arguments" -> arguments;
                case "output" -> output;
                default -> RemoteJson.MAPPER.getNodeFactory().stringNode(key);
            };
            for (String name :
                    path.isEmpty() ? new String[0] : path.substring(1).split("\\.", -1)) {
                node = node.isArray() && name.matches("[0-9]{1,4}")
                        ? node.path(Integer.parseInt(name))
                        : node.path(name);
            }
            return node.isMissingNode() ? null : node;
        }
    }

    private static @Nullable JsonNode fill(JsonNode node, Known known) {
        if (node.isString()) {
            return text(node.asString(), known);
        }
        if (node.isArray()) {
            ArrayNode array = RemoteJson.MAPPER.createArrayNode();
            for (JsonNode each : node) {
                @Nullable JsonNode filled = fill(each, known);
                if (filled == null) {
                    return null;
                }
                array.add(filled);
            }
            return array;
        }
        if (!node.isObject()) {
            return node;
        }
        ObjectNode object = RemoteJson.MAPPER.createObjectNode();
        for (Map.Entry<String, JsonNode> each : node.properties()) {
            @Nullable JsonNode filled = fill(each.getValue(), known);
            if (filled == null) {
                return null;
            }
            object.set(each.getKey(), filled);
        }
        return object;
    }

    private static @Nullable JsonNode text(String text, Known known) {
        Matcher place = PLACE.matcher(text);
        if (place.matches()) {
            return known.at(place.group(1), place.group(2));
        }
        var filled = new StringBuilder();
        int from = 0;
        while (place.find()) {
            @Nullable JsonNode value = known.at(place.group(1), place.group(2));
            if (value == null) {
                return null;
            }
            filled.append(text, from, place.start()).append(RemoteJson.text(value));
            from = place.end();
        }
        return RemoteJson.MAPPER.getNodeFactory().stringNode(filled + text.substring(from));
    }
}
