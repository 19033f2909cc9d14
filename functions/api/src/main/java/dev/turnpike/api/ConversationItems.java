package dev.turnpike.api;

import dev.turnpike.access.Principal;
import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.ItemChanges;
import dev.turnpike.conversation.ItemChanges.Changed;
import dev.turnpike.conversation.ItemPages;
import dev.turnpike.conversation.ItemPages.Asked;
import dev.turnpike.conversation.ItemPages.Page;
import dev.turnpike.conversation.ItemPages.Shown;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.responses.ConversationReader;
import dev.turnpike.responses.ConversationWriter;
import dev.turnpike.responses.Failures;
import dev.turnpike.run.ItemTooLargeException;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// `/v1/conversations/{id}/items` and what is below.
///
/// A conversation's items are its own: what a fork has before its beginning is listed where it is.
final class ConversationItems {
    private final ApiParts parts;
    private final Conversations conversations;
    private final ItemPages pages;
    private final ItemChanges changes;

    ConversationItems(ApiParts parts, Conversations conversations) {
        this.parts = parts;
        this.conversations = conversations;
        this.pages = new ItemPages(parts.conversations());
        this.changes = new ItemChanges(parts.conversations(), parts.ids(), parts.clock(), parts.conversationTtl());
    }

    /// `GET /v1/conversations/{id}/items`.
    void list(String id, HttpRequest request, Principal caller, HttpReply reply) throws IOException {
        Asked asked = PageQuery.items(request);
        Conversation conversation = conversations.find(id, caller);
        Page page = pages.page(conversation.key(), 0, conversation.nextSeq(), asked);
        reply.json(200, json -> ConversationWriter.items(json, page, conversation.activeRun()));
    }

    /// `POST /v1/conversations/{id}/items`: adds some at its end, unless a run is at work there.
    void add(String id, HttpRequest request, Principal caller, HttpReply reply) throws IOException {
        JsonNode body = request.json(parts.mapper());
        List<Item> read = ConversationReader.added(body);
        Conversation conversation = conversations.find(id, caller);
        List<Item> items = conversations.withMedia(read, body);
        List<Shown> added = ItemPages.shown(added(id, conversation, items));
        reply.json(200, json -> ConversationWriter.items(json, new Page(added, false), null));
    }

    private List<StoredItem> added(String id, Conversation conversation, List<Item> items) {
        try {
            return switch (changes.add(conversation.key(), items)) {
                case Changed.Done(Conversation _, List<StoredItem> added) -> added;
                case Changed refused -> throw Failures.of(refused, id, "");
            };
        } catch (ItemTooLargeException _) {
            throw Failures.itemsTooLarge();
        }
    }

    /// `GET /v1/conversations/{id}/items/{item}`.
    void get(String id, String item, Principal caller, HttpReply reply) throws IOException {
        Conversation conversation = conversations.find(id, caller);
        Shown shown = pages.find(conversation.key(), item).orElseThrow(() -> Failures.itemNotFound(item));
        reply.json(200, json -> ConversationWriter.item(json, shown, conversation.activeRun()));
    }

    /// `DELETE /v1/conversations/{id}/items/{item}`: a tool call goes with its result, and a result with its call.
    void delete(String id, String item, Principal caller, HttpReply reply) throws IOException {
        Conversation conversation = conversations.find(id, caller);
        switch (changes.remove(conversation.key(), item)) {
            case Changed.Done(Conversation left, List<StoredItem> _) ->
                reply.json(200, json -> ConversationWriter.conversation(json, left));
            case Changed refused -> throw Failures.of(refused, id, item);
        }
    }
}
