package dev.turnpike.responses;

import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.ItemPages.Page;
import dev.turnpike.conversation.ItemPages.Shown;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Renders conversations, and items in lists.
public final class ConversationWriter {
    private ConversationWriter() {}

    public static String id(Conversation conversation) {
        return conversation.key().wireId();
    }

    public static void conversation(JsonGenerator json, Conversation conversation) {
        json.writeStartObject();
        json.writeStringProperty("id", id(conversation));
        json.writeStringProperty("object", "conversation");
        json.writeNumberProperty("created_at", conversation.createdAt().getEpochSecond());
        json.writeObjectPropertyStart("metadata");
        conversation.metadata().forEach(json::writeStringProperty);
        json.writeEndObject();
        json.writeEndObject();
    }

    /// @param more whether others follow
    public static void conversations(JsonGenerator json, List<Conversation> conversations, boolean more) {
        List<String> ids = conversations.stream().map(ConversationWriter::id).toList();
        list(json, ids, more, list -> conversations.forEach(each -> conversation(list, each)));
    }

    /// @param activeRun the run whose calls may still be answered; null for none
    public static void items(JsonGenerator json, Page page, @Nullable String activeRun) {
        List<String> ids =
                page.items().stream().map(each -> each.stored().item().id()).toList();
        list(json, ids, page.more(), list -> page.items().forEach(each -> item(list, each, activeRun)));
    }

    /// @param activeRun the run whose calls may still be answered; null for none
    public static void item(JsonGenerator json, Shown shown, @Nullable String activeRun) {
        boolean underWay = activeRun != null && activeRun.equals(shown.stored().run());
        Item item = shown.stored().item();
        ItemWriter.listed(json, item, shown.result(), underWay ? "in_progress" : "incomplete");
    }

    private static void list(JsonGenerator json, List<String> ids, boolean more, Consumer<JsonGenerator> elements) {
        json.writeStartObject();
        json.writeStringProperty("object", "list");
        json.writeArrayPropertyStart("data");
        elements.accept(json);
        json.writeEndArray();
        ItemWriter.text(json, "first_id", ids.isEmpty() ? null : ids.getFirst());
        ItemWriter.text(json, "last_id", ids.isEmpty() ? null : ids.getLast());
        json.writeBooleanProperty("has_more", more);
        json.writeEndObject();
    }
}
