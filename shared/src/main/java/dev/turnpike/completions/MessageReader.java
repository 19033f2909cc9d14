package dev.turnpike.completions;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.Fields;
import dev.turnpike.responses.FileData;
import dev.turnpike.responses.MediaUrl;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads `messages` into items: an assistant's message becomes its text and its calls, a tool's message the result of a
/// call. The items have no ids yet.
///
/// What clients send back of an answer and no model needs, such as `reasoning_content`, is skipped.
final class MessageReader {
    private static final String NO_ID = "";
    private static final List<String> ROLES = List.of("system", "developer", "user", "assistant", "tool");
    private static final int LONGEST_NAME = 64;
    private static final List<String> DETAILS = List.of("low", "high", "auto");

    private MessageReader() {}

    /// @param body its `messages` must be there
    static List<Item> read(Fields body) {
        List<Item> items = new ArrayList<>();
        List<Fields> messages = body.objects("messages");
        if (messages.isEmpty()) {
            throw ApiException.invalid(
                    "empty_array",
                    "messages",
                    "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array"
                            + " instead.");
        }
        messages.forEach(message -> read(message, items));
        return items;
    }

    private static void read(Fields message, List<Item> items) {
        String role = message.requiredText("role");
        if (role.equals("function")) {
            throw ApiException.invalid(
                    "unsupported_value",
                    message.path("role"),
                    "Unsupported value: 'function' is deprecated. Send a function's result with the role 'tool' and"
                            + " the 'tool_call_id' that it answers.");
        }
        if (!ROLES.contains(role)) {
            throw Fields.notAllowed(message.path("role"), role, ROLES);
        }
        String name = message.text("name", LONGEST_NAME)
                .filter(text -> !text.isEmpty())
                .orElse(null);
        switch (role) {
            case "assistant" -> assistant(message, name, items);
            case "tool" ->
                items.add(Item.ToolResult.ofClient(NO_ID, message.requiredName("tool_call_id"), text(message)));
            default -> {
                List<String> types =
                        role.equals("user") ? List.of("text", "image_url", "video_url", "file") : List.of("text");
                items.add(new Item.Message(
                        NO_ID, Role.valueOf(role.toUpperCase(Locale.ROOT)), parts(message, types), false, name));
            }
        }
    }

    private static void assistant(Fields message, @Nullable String name, List<Item> items) {
        for (String refused : List.of("function_call", "audio")) {
            if (message.has(refused)) {
                throw ApiException.invalid(
                        "unsupported_parameter",
                        message.path(refused),
                        "Unsupported parameter: '%s'. Send calls in 'tool_calls' and what was said in 'content'."
                                .formatted(message.path(refused)));
            }
        }
        List<Fields> calls = message.objects("tool_calls");
        String refusal = message.text("refusal").orElse("");
        List<Part> parts = new ArrayList<>();
        if (message.has("content")) {
            parts.addAll(parts(message, List.of("text", "refusal")));
        } else if (calls.isEmpty() && refusal.isEmpty()) {
            throw message.missing("content");
        }
        if (!refusal.isEmpty()) {
            parts.add(new Part.Refusal(refusal));
        }
        parts.removeIf(part -> part instanceof Part.Text(String text) && text.isEmpty());
        if (!parts.isEmpty() || calls.isEmpty()) {
            items.add(new Item.Message(NO_ID, Role.ASSISTANT, parts, false, name));
        }
        calls.forEach(call -> items.add(call(call)));
    }

    private static Item.ToolCall call(Fields call) {
        call.oneOf("type", List.of("function"));
        String id = call.requiredName("id");
        Fields function = call.object("function").orElseThrow(() -> call.missing("function"));
        return new Item.ToolCall(
                NO_ID, id, function.requiredName("name"), function.requiredText("arguments"), Executor.CLIENT);
    }

    private static String text(Fields message) {
        var text = new StringBuilder();
        for (Part part : parts(message, List.of("text"))) {
            if (part instanceof Part.Text(String piece)) {
                text.append(piece);
            }
        }
        return text.toString();
    }

    private static List<Part> parts(Fields message, List<String> allowed) {
        JsonNode content = message.value("content");
        if (content == null) {
            throw message.missing("content");
        }
        if (content.isString()) {
            return List.of(new Part.Text(content.asString()));
        }
        if (!content.isArray()) {
            throw ApiException.wrongType(message.path("content"), "a string or an array", Fields.kind(content));
        }
        List<Part> parts = new ArrayList<>();
        message.objects("content").forEach(part -> parts.add(part(part, allowed)));
        return parts;
    }

    private static Part part(Fields part, List<String> allowed) {
        String type = part.requiredText("type");
        if (type.equals("input_audio")) {
            throw ApiException.invalid(
                    "unsupported_value",
                    part.path("type"),
                    "Unsupported value: 'input_audio'. Audio can't be sent to this server; send its text.");
        }
        if (!allowed.contains(type)) {
            throw Fields.notAllowed(part.path("type"), type, allowed);
        }
        return switch (type) {
            case "image_url" -> image(part.object("image_url").orElseThrow(() -> part.missing("image_url")));
            case "video_url" ->
                new Part.Video(
                        MediaUrl.video(part.object("video_url").orElseThrow(() -> part.missing("video_url")), "url"));
            case "file" -> FileData.read(part.object("file").orElseThrow(() -> part.missing("file")));
            case "refusal" -> new Part.Refusal(part.requiredText("refusal"));
            default -> new Part.Text(part.requiredText("text"));
        };
    }

    private static Part image(Fields image) {
        return new Part.Image(
                MediaUrl.image(image, "url"), image.oneOf("detail", DETAILS).orElse(null));
    }
}
