package dev.turnpike.responses;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.conversation.Item.Role;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads `input`: a text, or items, among them a former response's `output` sent back as it was.
///
/// The items have no ids yet; what ids the caller sent is not theirs to choose.
final class InputReader {
    private static final String NO_ID = "";
    private static final int LONGEST_REASON = 4_096;
    private static final String NO_RESULT = "The call has no result.";
    private static final List<String> ROLES = List.of("assistant", "system", "developer", "user");
    private static final List<String> TYPES = List.of(
            "message",
            "function_call",
            "function_call_output",
            "reasoning",
            "mcp_call",
            "mcp_list_tools",
            "mcp_approval_request",
            "mcp_approval_response",
            "compaction");
    private static final List<String> DETAILS = List.of("low", "high", "auto", "original");

    private InputReader() {}

    /// Items of another field than `input`, where nothing stored is referred to: an array of objects.
    static List<Item> items(Fields body, String name) {
        return items(body, name, null);
    }

    private static List<Item> items(Fields body, String name, @Nullable Function<String, List<Item>> stored) {
        List<Item> items = new ArrayList<>();
        Set<String> followed = new HashSet<>();
        Set<String> referred = new HashSet<>();
        for (Fields item : body.objects(name)) {
            if (type(item).equals("item_reference")) {
                if (stored == null) {
                    throw ApiException.invalid(
                            "unsupported_value",
                            item.path("type"),
                            "References to stored items are not supported here. Send the item itself.");
                }
                refer(item, referred, stored, items);
            } else {
                read(item, items);
            }
            item.text("approval_request_id")
                    .filter(_ -> item.text("type").filter("mcp_call"::equals).isPresent())
                    .ifPresent(followed::add);
        }
        // An approval whose call is there, too, is history sent back.
        items.removeIf(item -> item instanceof Item.Approval approval && followed.contains(approval.requestId()));
        return items;
    }

    /// @param body its `input` must be there
    /// @param stored what the id of a stored item stands for: it and what belongs to it, or nothing
    static List<Item> read(Fields body, Function<String, List<Item>> stored) {
        JsonNode input = body.value("input");
        if (input == null) {
            throw body.missing("input");
        }
        if (input.isString()) {
            return text(input.asString());
        }
        if (!input.isArray()) {
            throw ApiException.wrongType("input", "a string or an array", Fields.kind(input));
        }
        return items(body, "input", stored);
    }

    private static List<Item> text(String text) {
        return text.isEmpty() ? List.of() : List.of(Item.Message.text(NO_ID, Role.USER, text));
    }

    private static String type(Fields item) {
        boolean reference = item.has("id") && !item.has("role") && !item.has("content");
        return item.text("type").orElse(reference ? "item_reference" : "message");
    }

    /// Clients name a call and its result both by the call's id; it comes once. A request for approval is passed over
    /// here as where it is sent whole: as the run's own it would be waited for.
    private static void refer(
            Fields item, Set<String> referred, Function<String, List<Item>> stored, List<Item> items) {
        String id = item.requiredText("id");
        if (referred.add(id)) {
            List<Item> found = stored.apply(id);
            if (found.isEmpty()) {
                throw ApiException.notFound("Item with id '%s' not found. Items are not kept when 'store' is false."
                        .formatted(WireText.shown(id)));
            }
            found.stream()
                    .filter(each -> !(each instanceof Item.ApprovalRequest))
                    .forEach(items::add);
        }
    }

    private static void read(Fields item, List<Item> items) {
        String type = type(item);
        switch (type) {
            case "message" -> items.add(message(item));
            case "function_call" -> items.add(call(item));
            case "function_call_output" -> items.add(output(item));
            case "mcp_call" -> mcpCall(item, items);
            case "reasoning" -> items.add(new Item.Reasoning(NO_ID, reasoning(item)));
            case "mcp_approval_response" -> items.add(approval(item));
            case "compaction" -> items.add(compaction(item));
            // What it asks for is found by its id, when it is answered.
            case "mcp_list_tools", "mcp_approval_request" -> {}
            default -> throw Fields.notAllowed(item.path("type"), type, TYPES);
        }
    }

    private static Item.Message message(Fields item) {
        Role role = Role.valueOf(item.oneOf("role", ROLES)
                .orElseThrow(() -> item.missing("role"))
                .toUpperCase(Locale.ROOT));
        JsonNode content = item.value("content");
        if (content == null) {
            throw item.missing("content");
        }
        boolean incomplete = item.text("status").filter("incomplete"::equals).isPresent();
        if (!content.isString() && !content.isArray()) {
            throw ApiException.wrongType(item.path("content"), "a string or an array", Fields.kind(content));
        }
        if (content.isString()) {
            return new Item.Message(NO_ID, role, List.of(new Part.Text(content.asString())), incomplete);
        }
        List<Part> parts = new ArrayList<>();
        for (Fields part : item.objects("content")) {
            parts.add(part(part, role));
        }
        return new Item.Message(NO_ID, role, parts, incomplete);
    }

    private static Part part(Fields part, Role role) {
        String type = part.requiredText("type");
        List<String> allowed = role == Role.ASSISTANT
                ? List.of("output_text", "refusal")
                : List.of("input_text", "input_image", "input_video", "input_file");
        if (!allowed.contains(type)) {
            throw Fields.notAllowed(part.path("type"), type, allowed);
        }
        return switch (type) {
            case "input_image" -> image(part);
            case "input_video" -> new Part.Video(MediaUrl.video(part, "video_url"));
            case "input_file" -> FileData.read(part);
            case "refusal" -> new Part.Refusal(part.requiredText("refusal"));
            default -> new Part.Text(part.requiredText("text"));
        };
    }

    private static Part image(Fields part) {
        part.oneOf("detail", DETAILS);
        if (part.has("file_id")) {
            throw ApiException.invalid(
                    "unsupported_value",
                    part.path("file_id"),
                    "Uploaded files are not supported. Send the image in 'image_url'.");
        }
        return new Part.Image(
                MediaUrl.image(part, "image_url"), part.text("detail").orElse(null));
    }

    private static Item.ToolCall call(Fields item) {
        return new Item.ToolCall(
                NO_ID,
                item.requiredName("call_id"),
                item.requiredName("name"),
                item.requiredText("arguments"),
                Executor.CLIENT);
    }

    private static Item.ToolResult output(Fields item) {
        String callId = item.requiredName("call_id");
        JsonNode output = item.value("output");
        if (output == null) {
            throw item.missing("output");
        }
        if (!output.isString() && !output.isArray()) {
            throw ApiException.wrongType(item.path("output"), "a string or an array", Fields.kind(output));
        }
        if (output.isString()) {
            return Item.ToolResult.ofClient(NO_ID, callId, output.asString());
        }
        List<Part> parts = new ArrayList<>();
        for (Fields part : item.objects("output")) {
            parts.add(part(part, Role.USER));
        }
        return Item.ToolResult.ofClient(NO_ID, callId, parts);
    }

    /// A call that a server has run, with its result in it. It becomes history; it never runs again.
    private static void mcpCall(Fields item, List<Item> items) {
        String callId = item.requiredName("id");
        items.add(new Item.ToolCall(
                NO_ID, callId, item.requiredName("name"), item.text("arguments").orElse("{}"), Executor.SERVER));
        JsonNode error = item.value("error");
        JsonNode output = item.value("output");
        if (error != null) {
            items.add(new Item.ToolResult(NO_ID, callId, told(error), Outcome.FAILED, Executor.SERVER));
        } else if (output != null) {
            items.add(new Item.ToolResult(NO_ID, callId, told(output), Outcome.DONE, Executor.SERVER));
        } else {
            items.add(new Item.ToolResult(NO_ID, callId, NO_RESULT, Outcome.FAILED, Executor.SERVER));
        }
    }

    private static Item.Compaction compaction(Fields item) {
        return CompactionText.read(item.requiredText("encrypted_content"))
                .orElseThrow(() -> ApiException.invalid(
                        "invalid_encrypted_content",
                        item.path("encrypted_content"),
                        "Invalid '%s': this is no summary that was made here, or it was changed."
                                .formatted(item.path("encrypted_content"))));
    }

    /// What was asked is filled in on admission.
    private static Item.Approval approval(Fields item) {
        return new Item.Approval(
                NO_ID,
                item.requiredText("approval_request_id"),
                item.flag("approve").orElseThrow(() -> item.missing("approve")),
                item.text("reason", LONGEST_REASON).orElse(null),
                "",
                "",
                "");
    }

    private static String told(JsonNode result) {
        return result.isString() ? result.asString() : result.toString();
    }

    private static String reasoning(Fields item) {
        var text = new StringBuilder();
        for (Fields part : item.objects("summary")) {
            text.append(part.text("text").orElse(""));
        }
        return text.toString();
    }
}
