package dev.turnpike.api;

import dev.turnpike.access.Principal;
import dev.turnpike.responses.ApiException;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunKey;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.util.Optional;

/// `DELETE /v1/responses/{id}`: the response is gone, what it cost stays in the ledger.
///
/// Its items stay where it was made in a `conversation`, whose they are. Otherwise their content goes too, and
/// responses
/// that were built on it go on without it.
final class DeleteResponse {
    private final ApiParts parts;

    DeleteResponse(ApiParts parts) {
        this.parts = parts;
    }

    void serve(String id, Principal caller, HttpReply reply) throws IOException {
        RunKey key = RunKey.parse(caller.tenant(), id).orElseThrow(() -> StoredResponses.notFound(id));
        Optional<Run> run = parts.runs().find(key);
        if (run.isPresent() && !run.get().request().store()) {
            throw StoredResponses.notFound(id);
        }
        boolean withItems = run.isPresent() && !inConversation(run.get());
        switch (parts.runs().delete(key, withItems, parts.clock().instant())) {
            case DELETED ->
                reply.json(200, json -> {
                    json.writeStartObject();
                    json.writeStringProperty("id", id);
                    json.writeStringProperty("object", "response");
                    json.writeBooleanProperty("deleted", true);
                    json.writeEndObject();
                });
            case IN_FLIGHT ->
                throw ApiException.invalid(
                        "invalid_request",
                        "id",
                        "Cannot delete a response that is still being made. Wait for its end, or cancel it if it runs"
                                + " in the background.");
            case UNKNOWN -> throw StoredResponses.notFound(id);
        }
    }

    private boolean inConversation(Run run) {
        return parts.mapper().readTree(run.request().wire()).hasNonNull("conversation");
    }
}
