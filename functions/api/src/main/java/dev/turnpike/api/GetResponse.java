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

/// `GET /v1/responses/{id}`: a run as it is now.
final class GetResponse {
    private final ApiParts parts;

    GetResponse(ApiParts parts) {
        this.parts = parts;
    }

    void serve(HttpRequest request, Principal caller, HttpReply reply) throws IOException {
        String id = request.path().substring("/v1/responses/".length());
        Run run = RunKey.parse(caller.tenant(), id)
                .flatMap(parts.runs()::find)
                .filter(found -> found.request().store())
                .orElseThrow(() -> notFound(id));
        if ("true".equals(request.query().get("stream"))) {
            throw ApiException.invalid(
                    "unsupported_parameter",
                    "stream",
                    "The events of a response are not kept. Read it without 'stream' until its status is final.");
        }
        List<Item> output = parts.conversations().range(run.key().conversation(), run.inputEnd(), run.endSeq()).stream()
                .map(StoredItem::item)
                .toList();
        var json = new ByteArrayOutputStream(4096);
        parts.responses().write(json, run, output);
        reply.json(200, Map.of(), json.toByteArray());
    }

    private static ApiException notFound(String id) {
        return ApiException.notFound("Response with id '" + WireText.shown(id) + "' not found.");
    }
}
