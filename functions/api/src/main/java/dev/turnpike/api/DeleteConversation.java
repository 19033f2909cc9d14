package dev.turnpike.api;

import dev.turnpike.access.Principal;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.WireText;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `DELETE /v1/conversations/{id}`: the conversation, its items, its runs and its notes are gone; what it cost stays in
/// the ledger. A run that is at work in it ends without a trace.
final class DeleteConversation {
    private static final Pattern ID = Pattern.compile("conv_([0-9a-z]{26})");

    private final ApiParts parts;

    DeleteConversation(ApiParts parts) {
        this.parts = parts;
    }

    void serve(String id, Principal caller, HttpReply reply) throws IOException {
        Matcher known = ID.matcher(id);
        if (!known.matches()
                || !parts.conversations()
                        .delete(
                                new ConversationKey(caller.tenant(), known.group(1)),
                                parts.clock().instant())) {
            throw ApiException.notFound("Conversation with id '" + WireText.shown(id) + "' not found.");
        }
        reply.json(200, json -> {
            json.writeStartObject();
            json.writeStringProperty("id", id);
            json.writeStringProperty("object", "conversation.deleted");
            json.writeBooleanProperty("deleted", true);
            json.writeEndObject();
        });
    }
}
