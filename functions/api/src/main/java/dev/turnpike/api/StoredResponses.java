package dev.turnpike.api;

import dev.turnpike.access.Principal;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.WireText;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunKey;
import dev.turnpike.wiring.ApiParts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// Responses as they are stored.
final class StoredResponses {
    private final ApiParts parts;

    StoredResponses(ApiParts parts) {
        this.parts = parts;
    }

    /// @throws ApiException 404: there is none, it is another tenant's, or it was not to be stored
    Run find(Principal caller, String id) {
        return RunKey.parse(caller.tenant(), id)
                .flatMap(parts.runs()::find)
                .filter(found -> found.request().store())
                .orElseThrow(() -> notFound(id));
    }

    static ApiException notFound(String id) {
        return ApiException.notFound("Response with id '" + WireText.shown(id) + "' not found.");
    }

    /// What whoever reads no more of a run is told when it goes on.
    static String goesOn(Run run) {
        return "The response goes on in the background. " + whereToRead(run);
    }

    /// The same when something failed.
    static String mayStillComplete(Run run) {
        return "The server failed. The response may still be completed. " + whereToRead(run);
    }

    private static String whereToRead(Run run) {
        return "Read it with GET /v1/responses/" + run.key().responseId();
    }

    List<Item> output(Run run) {
        return parts.conversations().range(run.key().conversation(), run.inputEnd(), run.endSeq()).stream()
                .map(StoredItem::item)
                .toList();
    }

    /// The whole response object.
    void send(Run run, HttpReply reply) throws IOException {
        send(run, output(run), reply);
    }

    /// The same where its output is known.
    void send(Run run, List<Item> output, HttpReply reply) throws IOException {
        var json = new ByteArrayOutputStream(4096);
        parts.responses().write(json, run, output);
        reply.json(200, Map.of(), json.toByteArray());
    }
}
