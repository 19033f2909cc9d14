package dev.turnpike.aws;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Part;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Items as JSON, as the table keeps them.
final class ItemCodec {
    private final JsonMapper mapper;

    ItemCodec(JsonMapper mapper) {
        this.mapper = mapper;
    }

    /// In UTF-8.
    byte[] write(Item item) {
        var text = new StringWriter();
        try (JsonGenerator json = mapper.createGenerator(text)) {
            write(json, item);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    Item read(String json) {
        return read(mapper.readTree(json));
    }

    private static void write(JsonGenerator json, Item item) {
        json.writeStartObject();
        json.writeStringProperty("id", item.id());
        switch (item) {
            case Item.Message message -> {
                json.writeStringProperty("type", "message");
                json.writeStringProperty("role", message.role().name().toLowerCase(Locale.ROOT));
                if (message.incomplete()) {
                    json.writeBooleanProperty("incomplete", true);
                }
                if (message.name() != null) {
                    json.writeStringProperty("name", message.name());
                }
                json.writeArrayPropertyStart("parts");
                message.parts().forEach(part -> write(json, part));
                json.writeEndArray();
            }
            case Item.ToolCall call -> {
                json.writeStringProperty("type", "call");
                json.writeStringProperty("call", call.callId());
                json.writeStringProperty("name", call.name());
                json.writeStringProperty("arguments", call.arguments());
                json.writeStringProperty("by", call.executor().name().toLowerCase(Locale.ROOT));
            }
            case Item.ToolResult result -> {
                json.writeStringProperty("type", "result");
                json.writeStringProperty("call", result.callId());
                if (result.parts().isEmpty()) {
                    json.writeStringProperty("output", result.output());
                } else {
                    json.writeArrayPropertyStart("parts");
                    result.parts().forEach(part -> write(json, part));
                    json.writeEndArray();
                }
                json.writeStringProperty("outcome", result.outcome().name().toLowerCase(Locale.ROOT));
                json.writeStringProperty("by", result.executor().name().toLowerCase(Locale.ROOT));
            }
            case Item.Reasoning reasoning -> {
                json.writeStringProperty("type", "reasoning");
                json.writeStringProperty("text", reasoning.text());
            }
            case Item.ApprovalRequest request -> {
                json.writeStringProperty("type", "approval_request");
                json.writeStringProperty("name", request.name());
                json.writeStringProperty("arguments", request.arguments());
                json.writeStringProperty("bound_to", request.boundTo());
            }
            case Item.Approval approval -> {
                json.writeStringProperty("type", "approval");
                json.writeStringProperty("request", approval.requestId());
                json.writeBooleanProperty("approved", approval.approved());
                json.writeStringProperty("reason", approval.reason());
                json.writeStringProperty("name", approval.name());
                json.writeStringProperty("arguments", approval.arguments());
                json.writeStringProperty("bound_to", approval.boundTo());
            }
            case Item.Draft draft -> {
                json.writeStringProperty("type", "draft");
                json.writeStringProperty("text", draft.text());
                json.writeStringProperty("mistakes", draft.mistakes());
            }
            case Item.Compaction compaction -> {
                json.writeStringProperty("type", "compaction");
                json.writeStringProperty("summary", compaction.summary());
                json.writeStringProperty("latest", compaction.latestRequest());
                json.writeNumberProperty("kept", compaction.kept());
            }
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Part part) {
        json.writeStartObject();
        switch (part) {
            case Part.Text(String text) -> json.writeStringProperty("text", text);
            case Part.Refusal(String text) -> json.writeStringProperty("refusal", text);
            case Part.File(String name, String data) -> {
                json.writeStringProperty("file", name);
                json.writeStringProperty("data", data);
            }
            case Part.Video(String url) -> json.writeStringProperty("video", url);
            case Part.Image image -> {
                json.writeStringProperty("image", image.url());
                if (image.detail() != null) {
                    json.writeStringProperty("detail", image.detail());
                }
            }
        }
        json.writeEndObject();
    }

    private static Item read(JsonNode json) {
        String id = json.path("id").asString();
        return switch (json.path("type").asString()) {
            case "message" ->
                new Item.Message(
                        id,
                        constant(Item.Role.class, json, "role"),
                        parts(json.path("parts")),
                        json.path("incomplete").asBoolean(false),
                        json.has("name") ? json.path("name").asString() : null);
            case "call" ->
                new Item.ToolCall(
                        id,
                        json.path("call").asString(),
                        json.path("name").asString(),
                        json.path("arguments").asString(),
                        constant(Item.Executor.class, json, "by"));
            case "result" ->
                new Item.ToolResult(
                        id,
                        json.path("call").asString(),
                        json.path("output").asString(text(parts(json.path("parts")))),
                        parts(json.path("parts")),
                        constant(Item.Outcome.class, json, "outcome"),
                        constant(Item.Executor.class, json, "by"));
            case "reasoning" -> new Item.Reasoning(id, json.path("text").asString());
            case "approval_request" ->
                new Item.ApprovalRequest(
                        id,
                        json.path("name").asString(),
                        json.path("arguments").asString(),
                        json.path("bound_to").asString(""));
            case "approval" ->
                new Item.Approval(
                        id,
                        json.path("request").asString(),
                        json.path("approved").asBoolean(),
                        json.path("reason").isString() ? json.path("reason").asString() : null,
                        json.path("name").asString(),
                        json.path("arguments").asString(),
                        json.path("bound_to").asString(""));
            case "compaction" ->
                new Item.Compaction(
                        id,
                        json.path("summary").asString(),
                        json.path("latest").asString(),
                        json.path("kept").asInt());
            case "draft" ->
                new Item.Draft(
                        id, json.path("text").asString(), json.path("mistakes").asString());
            case String other -> throw newer("an item", other);
        };
    }

    private static IllegalStateException newer(String what, String kind) {
        return new IllegalStateException(
                what + " is of a kind that this version does not know (" + kind + "): a newer one wrote it");
    }

    private static String text(List<Part> parts) {
        return Item.ToolResult.ofClient("", "", parts).output();
    }

    private static List<Part> parts(JsonNode array) {
        List<Part> parts = new ArrayList<>();
        for (JsonNode part : array) {
            if (part.has("text")) {
                parts.add(new Part.Text(part.path("text").asString()));
            } else if (part.has("refusal")) {
                parts.add(new Part.Refusal(part.path("refusal").asString()));
            } else if (part.has("file")) {
                parts.add(new Part.File(
                        part.path("file").asString(), part.path("data").asString()));
            } else if (part.has("image")) {
                JsonNode detail = part.get("detail");
                parts.add(new Part.Image(part.path("image").asString(), detail == null ? null : detail.asString()));
            } else if (part.has("video")) {
                parts.add(new Part.Video(part.path("video").asString()));
            } else {
                throw newer("a part of an item", String.join(", ", part.propertyNames()));
            }
        }
        return parts;
    }

    private static <E extends Enum<E>> E constant(Class<E> type, JsonNode json, String field) {
        String text = json.path(field).asString();
        try {
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException _) {
            throw newer("the " + field + " of an item", text);
        }
    }
}
