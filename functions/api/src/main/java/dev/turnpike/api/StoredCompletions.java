package dev.turnpike.api;

import dev.turnpike.access.Principal;
import dev.turnpike.completions.CompletionWriter;
import dev.turnpike.conversation.Item;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.WireText;
import dev.turnpike.run.Run;
import dev.turnpike.wiring.ApiParts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// Chat completions as they are stored. `GET` and `DELETE /v1/chat/completions/{id}` know those that were created with
/// `"store": true`.
final class StoredCompletions {
    private final ApiParts parts;
    private final StoredResponses responses;

    StoredCompletions(ApiParts parts, StoredResponses responses) {
        this.parts = parts;
        this.responses = responses;
    }

    void get(String id, Principal caller, HttpReply reply) throws IOException {
        send(find(id, caller), reply);
    }

    void delete(String id, Principal caller, HttpReply reply) throws IOException {
        Run run = find(id, caller);
        parts.conversations().delete(run.key().conversation(), parts.clock().instant());
        reply.json(200, json -> {
            json.writeStartObject();
            json.writeStringProperty("id", id);
            json.writeStringProperty("object", "chat.completion.deleted");
            json.writeBooleanProperty("deleted", true);
            json.writeEndObject();
        });
    }

    /// @throws ApiException 404: there is none, it is another tenant's, it was not to be stored, or it has no answer
    private Run find(String id, Principal caller) {
        return CompletionWriter.key(caller.tenant(), id)
                .flatMap(parts.runs()::find)
                .filter(run -> run.request().store() && CompletionWriter.answered(run))
                .orElseThrow(() -> notFound(id));
    }

    static ApiException notFound(String id) {
        return ApiException.notFound("Chat completion with id '" + WireText.shown(id) + "' not found.");
    }

    List<Item> output(Run run) {
        return responses.output(run);
    }

    /// The whole object.
    ///
    /// @param run has an answer
    void send(Run run, HttpReply reply) throws IOException {
        var json = new ByteArrayOutputStream(4096);
        parts.completionWriter().write(json, run, output(run));
        reply.json(200, Map.of(), json.toByteArray());
    }
}
