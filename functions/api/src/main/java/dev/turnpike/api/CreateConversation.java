package dev.turnpike.api;

import dev.turnpike.access.Principal;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.WireText;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// `POST /v1/conversations`: an empty conversation, for requests that name it in `conversation`.
final class CreateConversation {
    private final ApiParts parts;

    CreateConversation(ApiParts parts) {
        this.parts = parts;
    }

    void serve(HttpRequest request, Principal caller, HttpReply reply) throws IOException {
        if (!request.body().isBlank()) {
            refuseFields(request.json(parts.mapper()));
        }
        Instant now = parts.clock().instant();
        var key = new ConversationKey(caller.tenant(), parts.ids().next());
        parts.conversations().create(key, now, now.plus(parts.conversationTtl()));
        reply.json(200, json -> {
            json.writeStartObject();
            json.writeStringProperty("id", "conv_" + key.id());
            json.writeStringProperty("object", "conversation");
            json.writeNumberProperty("created_at", now.getEpochSecond());
            json.writeObjectPropertyStart("metadata");
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    private static void refuseFields(JsonNode body) {
        if (!body.isObject()) {
            throw ApiException.invalid("invalid_type", null, "Invalid body: expected an object.");
        }
        for (Map.Entry<String, JsonNode> field : body.properties()) {
            JsonNode value = field.getValue();
            boolean empty = value.isNull() || (value.isContainer() && value.isEmpty());
            if (!empty) {
                String name = WireText.shown(field.getKey());
                throw ApiException.invalid(
                        "unsupported_parameter",
                        name,
                        "Unsupported parameter: '" + name + "'. A conversation is created empty.");
            }
        }
    }
}
