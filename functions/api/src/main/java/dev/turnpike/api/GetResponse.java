package dev.turnpike.api;

import dev.turnpike.access.Principal;
import dev.turnpike.responses.ApiException;
import dev.turnpike.run.Run;
import java.io.IOException;

/// `GET /v1/responses/{id}`: a run as it is now.
final class GetResponse {
    private final StoredResponses responses;

    GetResponse(StoredResponses responses) {
        this.responses = responses;
    }

    void serve(String id, HttpRequest request, Principal caller, HttpReply reply) throws IOException {
        Run run = responses.find(caller, id);
        if ("true".equals(request.query().get("stream"))) {
            throw ApiException.invalid(
                    "unsupported_parameter",
                    "stream",
                    "The events of a response are not kept. Read it without 'stream' until its status is final.");
        }
        responses.send(run, reply);
    }
}
