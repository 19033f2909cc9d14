package dev.turnpike.responses;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Part;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// An output item while it grows: where it stands, and which of its parts is being written.
final class OpenItem {
    private final EventWriter events;
    private final int index;
    private Item item;
    private int part = -1;
    private String partType = "";
    private byte @Nullable [] deltaBeginning;

    OpenItem(EventWriter events, Item item, int index) {
        this.events = events;
        this.index = index;
        this.item = item;
    }

    /// As it was opened or, since then, closed.
    Item item() {
        return item;
    }

    String id() {
        return item.id();
    }

    /// Its `output_index`.
    int index() {
        return index;
    }

    void text(String text) {
        events.delta(beginning("output_text", "response.output_text.delta"), text);
    }

    void refusal(String text) {
        events.delta(beginning("refusal", "response.refusal.delta"), text);
    }

    void reasoning(String text) {
        if (deltaBeginning == null) {
            events.event("response.reasoning_summary_part.added", json -> {
                in(json, "summary_index", 0);
                summaryPart(json, "");
            });
            deltaBeginning = EventWriter.deltaBeginning(
                    "response.reasoning_summary_text.delta", id(), index, "\"summary_index\":0");
        }
        events.delta(deltaBeginning, text);
    }

    void arguments(String text) {
        if (deltaBeginning == null) {
            deltaBeginning = EventWriter.deltaBeginning(argumentsEvent() + ".delta", id(), index, "");
        }
        events.delta(deltaBeginning, text);
    }

    /// A change from text to refusal, or back, begins a new part.
    private byte[] beginning(String type, String event) {
        if (deltaBeginning == null || !partType.equals(type)) {
            partType = type;
            part++;
            Part empty = type.equals("refusal") ? new Part.Refusal("") : new Part.Text("");
            events.event("response.content_part.added", json -> {
                in(json, "content_index", part);
                json.writeName("part");
                ItemWriter.part(json, empty);
            });
            deltaBeginning = EventWriter.deltaBeginning(event, id(), index, "\"content_index\":" + part);
        }
        return deltaBeginning;
    }

    /// Writes what comes before its `output_item.done`.
    void close(Item whole) {
        item = whole;
        switch (whole) {
            case Item.Message message -> closeMessage(message);
            case Item.Reasoning reasoning -> closeReasoning(reasoning);
            case Item.ToolCall call -> closeArguments(call);
            case Item.ToolResult _, Item.ApprovalRequest _, Item.Approval _, Item.Compaction _, Item.Draft _ -> {}
        }
    }

    private void closeMessage(Item.Message message) {
        for (int i = 0; i < message.parts().size(); i++) {
            closePart(message.parts().get(i), i);
        }
    }

    private void closePart(Part closed, int place) {
        switch (closed) {
            case Part.Text(String text) ->
                events.event("response.output_text.done", json -> {
                    in(json, "content_index", place);
                    json.writeStringProperty("text", text);
                    ItemWriter.emptyArray(json, "logprobs");
                });
            case Part.Refusal(String text) ->
                events.event("response.refusal.done", json -> {
                    in(json, "content_index", place);
                    json.writeStringProperty("refusal", text);
                });
            case Part.Image _, Part.Video _, Part.File _ -> {}
        }
        events.event("response.content_part.done", json -> {
            in(json, "content_index", place);
            json.writeName("part");
            ItemWriter.part(json, closed);
        });
    }

    private void closeReasoning(Item.Reasoning reasoning) {
        if (deltaBeginning == null) {
            return;
        }
        events.event("response.reasoning_summary_text.done", json -> {
            in(json, "summary_index", 0);
            json.writeStringProperty("text", reasoning.text());
        });
        events.event("response.reasoning_summary_part.done", json -> {
            in(json, "summary_index", 0);
            summaryPart(json, reasoning.text());
        });
    }

    private void closeArguments(Item.ToolCall call) {
        events.event(argumentsEvent() + ".done", json -> {
            json.writeStringProperty("item_id", id());
            json.writeNumberProperty("output_index", index);
            json.writeStringProperty("arguments", call.arguments());
            json.writeStringProperty("name", call.name());
        });
    }

    private String argumentsEvent() {
        boolean ours = item instanceof Item.ToolCall call && call.executor() == Executor.SERVER;
        return ours ? "response.mcp_call_arguments" : "response.function_call_arguments";
    }

    private static void summaryPart(JsonGenerator json, String text) {
        json.writeObjectPropertyStart("part");
        json.writeStringProperty("type", "summary_text");
        json.writeStringProperty("text", text);
        json.writeEndObject();
    }

    private void in(JsonGenerator json, String name, int place) {
        json.writeStringProperty("item_id", id());
        json.writeNumberProperty("output_index", index);
        json.writeNumberProperty(name, place);
    }
}
