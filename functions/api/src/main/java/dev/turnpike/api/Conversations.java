package dev.turnpike.api;

import dev.turnpike.access.Principal;
import dev.turnpike.admission.LinkedMedia.Filling;
import dev.turnpike.conversation.Conversation;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.ItemChanges;
import dev.turnpike.conversation.ItemChanges.Changed;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.ConversationReader;
import dev.turnpike.responses.ConversationWriter;
import dev.turnpike.responses.Failures;
import dev.turnpike.responses.MediaUrl;
import dev.turnpike.responses.WireText;
import dev.turnpike.run.ItemTooLargeException;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// `/v1/conversations` and `/v1/conversations/{id}`.
final class Conversations {
    private final ApiParts parts;
    private final ItemChanges changes;

    Conversations(ApiParts parts) {
        this.parts = parts;
        this.changes = new ItemChanges(parts.conversations(), parts.ids(), parts.clock(), parts.conversationTtl());
    }

    /// `POST /v1/conversations`: a conversation, for requests that name it in `conversation`. The body may be empty.
    void create(HttpRequest request, Principal caller, HttpReply reply) throws IOException {
        JsonNode body = request.body().isBlank() ? parts.mapper().createObjectNode() : request.json(parts.mapper());
        ConversationReader.Begun begun = ConversationReader.begun(body);
        List<Item> items = withMedia(begun.items(), body);
        send(created(caller, begun.metadata(), items), reply);
    }

    /// The items with what is fetched of them.
    List<Item> withMedia(List<Item> items, JsonNode body) {
        return switch (parts.media().fill(items)) {
            case Filling.Filled(List<Item> filled) -> filled;
            case Filling.Refused refusal -> throw MediaUrl.refused(refusal, body);
        };
    }

    private Conversation created(Principal caller, Map<String, String> metadata, List<Item> items) {
        try {
            return switch (changes.create(caller.tenant(), metadata, items)) {
                case Changed.Done(Conversation made, List<?> _) -> made;
                case Changed refused -> throw Failures.of(refused, "", "");
            };
        } catch (ItemTooLargeException _) {
            throw Failures.itemsTooLarge();
        }
    }

    /// `GET /v1/conversations`, which OpenAI has none of: the newest first.
    void list(HttpRequest request, Principal caller, HttpReply reply) throws IOException {
        int limit = PageQuery.limit(request);
        String after = request.query().get("after");
        String before = after == null
                ? null
                : ConversationKey.parse(caller.tenant(), after)
                        .orElseThrow(() -> PageQuery.notAnId(after, "a conversation"))
                        .id();
        List<Conversation> found = parts.conversations().newestFirst(caller.tenant(), before, limit + 1);
        boolean more = found.size() > limit;
        List<Conversation> page = more ? found.subList(0, limit) : found;
        reply.json(200, json -> ConversationWriter.conversations(json, page, more));
    }

    /// `GET /v1/conversations/{id}`.
    void get(String id, Principal caller, HttpReply reply) throws IOException {
        send(find(id, caller), reply);
    }

    /// `GET /v1/conversations/{id}/usage`: what its committed steps used together.
    void usage(String id, Principal caller, HttpReply reply) throws IOException {
        Conversation found = find(id, caller);
        reply.json(200, json -> {
            json.writeStartObject();
            OwnUsage.conversation(json, id, found.totals());
            json.writeEndObject();
        });
    }

    /// `POST /v1/conversations/{id}`: what its owner says about it is replaced.
    void describe(String id, HttpRequest request, Principal caller, HttpReply reply) throws IOException {
        Map<String, String> metadata = ConversationReader.described(request.json(parts.mapper()));
        ConversationKey key = find(id, caller).key();
        if (!parts.conversations().describe(key, metadata, parts.clock().instant())) {
            throw notFound(id);
        }
        send(find(id, caller), reply);
    }

    /// `DELETE /v1/conversations/{id}`: the conversation, its items, its runs and its notes are gone; what it cost
    /// stays in the ledger. A run that is at work in it ends without a trace.
    void delete(String id, Principal caller, HttpReply reply) throws IOException {
        boolean deleted = ConversationKey.parse(caller.tenant(), id)
                .map(key -> parts.conversations().delete(key, parts.clock().instant()))
                .orElse(false);
        if (!deleted) {
            throw notFound(id);
        }
        reply.json(200, json -> {
            json.writeStartObject();
            json.writeStringProperty("id", id);
            json.writeStringProperty("object", "conversation.deleted");
            json.writeBooleanProperty("deleted", true);
            json.writeEndObject();
        });
    }

    /// @throws ApiException 404: there is none, or it is another tenant's
    Conversation find(String id, Principal caller) {
        return ConversationKey.parse(caller.tenant(), id)
                .flatMap(parts.conversations()::find)
                .orElseThrow(() -> notFound(id));
    }

    static ApiException notFound(String id) {
        return ApiException.notFound("Conversation with id '" + WireText.shown(id) + "' not found.");
    }

    private static void send(Conversation conversation, HttpReply reply) throws IOException {
        reply.json(200, json -> ConversationWriter.conversation(json, conversation));
    }
}
