package dev.turnpike.responses;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Part;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Renders items as the wire shows them.
final class ItemWriter {
    private ItemWriter() {}

    /// What a run put out. A call of ours and its result are one item; results alone are not shown.
    ///
    /// @param ended whether the run has: an unanswered call of ours then stays unanswered
    static void output(JsonGenerator json, List<Item> items, boolean ended) {
        Map<String, Item.ToolResult> results = new HashMap<>();
        for (Item item : items) {
            if (item instanceof Item.ToolResult result) {
                results.put(result.callId(), result);
            }
        }
        for (Item item : items) {
            switch (item) {
                case Item.Message message -> message(json, message, message.incomplete() ? "incomplete" : "completed");
                case Item.ToolCall call
                when call.executor() == Executor.SERVER ->
                    serverCall(json, call, results.get(call.callId()), ended ? "incomplete" : "in_progress");
                case Item.ToolCall call ->
                    clientCall(json, call, results.containsKey(call.callId()) ? "incomplete" : "completed");
                case Item.Reasoning reasoning -> reasoning(json, reasoning, "completed");
                case Item.ApprovalRequest request -> approvalRequest(json, request);
                case Item.Compaction compaction -> compaction(json, compaction);
                case Item.ToolResult _, Item.Approval _, Item.Draft _ -> {}
            }
        }
    }

    /// One item of a list.
    ///
    /// @param result of a call of ours
    /// @param unanswered the status of a call of ours while there is no result
    static void listed(JsonGenerator json, Item item, Item.@Nullable ToolResult result, String unanswered) {
        switch (item) {
            case Item.Message message -> message(json, message, message.incomplete() ? "incomplete" : "completed");
            case Item.ToolCall call
            when call.executor() == Executor.SERVER -> serverCall(json, call, result, unanswered);
            case Item.ToolCall call -> clientCall(json, call, "completed");
            case Item.ToolResult output -> clientOutput(json, output);
            case Item.Reasoning reasoning -> reasoning(json, reasoning, "completed");
            case Item.ApprovalRequest request -> approvalRequest(json, request);
            case Item.Approval approval -> approval(json, approval);
            case Item.Draft _ -> throw new IllegalStateException("drafts are not listed");
            case Item.Compaction compaction -> compaction(json, compaction);
        }
    }

    private static void approval(JsonGenerator json, Item.Approval approval) {
        json.writeStartObject();
        json.writeStringProperty("id", approval.id());
        json.writeStringProperty("type", "mcp_approval_response");
        json.writeStringProperty("approval_request_id", approval.requestId());
        json.writeBooleanProperty("approve", approval.approved());
        text(json, "reason", approval.reason());
        json.writeEndObject();
    }

    private static void clientOutput(JsonGenerator json, Item.ToolResult output) {
        begin(json, output, "function_call_output", "completed");
        json.writeStringProperty("call_id", output.callId());
        if (output.parts().isEmpty()) {
            json.writeStringProperty("output", output.output());
        } else {
            json.writeArrayPropertyStart("output");
            output.parts().forEach(part -> inputPart(json, part));
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    static void message(JsonGenerator json, Item.Message message, String status) {
        begin(json, message, "message", status);
        json.writeStringProperty("role", message.role().name().toLowerCase(Locale.ROOT));
        json.writeArrayPropertyStart("content");
        for (Part part : message.parts()) {
            if (message.role() == Item.Role.ASSISTANT) {
                part(json, part);
            } else {
                inputPart(json, part);
            }
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void inputPart(JsonGenerator json, Part part) {
        if (part instanceof Part.Text(String text)) {
            json.writeStartObject();
            json.writeStringProperty("type", "input_text");
            json.writeStringProperty("text", text);
            json.writeEndObject();
        } else {
            part(json, part);
        }
    }

    static void part(JsonGenerator json, Part part) {
        json.writeStartObject();
        switch (part) {
            case Part.Text(String text) -> {
                json.writeStringProperty("type", "output_text");
                json.writeStringProperty("text", text);
                emptyArray(json, "annotations");
                emptyArray(json, "logprobs");
            }
            case Part.Refusal(String text) -> {
                json.writeStringProperty("type", "refusal");
                json.writeStringProperty("refusal", text);
            }
            case Part.File(String name, String data) -> {
                json.writeStringProperty("type", "input_file");
                json.writeStringProperty("filename", name);
                json.writeStringProperty("file_data", data);
            }
            case Part.Video(String url) -> {
                json.writeStringProperty("type", "input_video");
                json.writeStringProperty("video_url", url);
            }
            case Part.Image image -> {
                json.writeStringProperty("type", "input_image");
                json.writeStringProperty("image_url", image.url());
                json.writeStringProperty("detail", image.detail() == null ? "auto" : image.detail());
            }
        }
        json.writeEndObject();
    }

    static void clientCall(JsonGenerator json, Item.ToolCall call, String status) {
        begin(json, call, "function_call", status);
        json.writeStringProperty("call_id", call.callId());
        json.writeStringProperty("name", call.name());
        json.writeStringProperty("arguments", call.arguments());
        json.writeEndObject();
    }

    /// @param unanswered the status while there is no result
    static void serverCall(
            JsonGenerator json, Item.ToolCall call, Item.@Nullable ToolResult result, String unanswered) {
        String status = switch (result == null ? null : result.outcome()) {
            case null -> unanswered;
            case DONE -> "completed";
            case FAILED, INVALID, UNKNOWN -> "failed";
        };
        String text = result == null ? null : result.output();
        boolean failed = status.equals("failed");
        begin(json, call, "mcp_call", status);
        json.writeStringProperty("server_label", ToolOffer.SERVER_LABEL);
        json.writeStringProperty("name", call.name());
        json.writeStringProperty("arguments", call.arguments());
        text(json, "output", failed ? null : text);
        text(json, "error", failed ? text : null);
        text(json, "approval_request_id", call.callId().startsWith("mcpr_") ? call.callId() : null);
        json.writeEndObject();
    }

    /// It has no status: it is what it is.
    static void approvalRequest(JsonGenerator json, Item.ApprovalRequest request) {
        json.writeStartObject();
        json.writeStringProperty("id", request.id());
        json.writeStringProperty("type", "mcp_approval_request");
        json.writeStringProperty("server_label", ToolOffer.SERVER_LABEL);
        json.writeStringProperty("name", request.name());
        json.writeStringProperty("arguments", request.arguments());
        json.writeEndObject();
    }

    /// It has no status: it is what it is.
    static void compaction(JsonGenerator json, Item.Compaction compaction) {
        json.writeStartObject();
        json.writeStringProperty("id", compaction.id());
        json.writeStringProperty("type", "compaction");
        json.writeStringProperty("encrypted_content", CompactionText.write(compaction));
        json.writeEndObject();
    }

    static void reasoning(JsonGenerator json, Item.Reasoning reasoning, String status) {
        begin(json, reasoning, "reasoning", status);
        json.writeArrayPropertyStart("summary");
        if (!reasoning.text().isEmpty()) {
            json.writeStartObject();
            json.writeStringProperty("type", "summary_text");
            json.writeStringProperty("text", reasoning.text());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void begin(JsonGenerator json, Item item, String type, String status) {
        json.writeStartObject();
        json.writeStringProperty("id", item.id());
        json.writeStringProperty("type", type);
        json.writeStringProperty("status", status);
    }

    static void text(JsonGenerator json, String name, @Nullable String value) {
        if (value == null) {
            json.writeNullProperty(name);
        } else {
            json.writeStringProperty(name, value);
        }
    }

    static void emptyArray(JsonGenerator json, String name) {
        json.writeArrayPropertyStart(name);
        json.writeEndArray();
    }
}
