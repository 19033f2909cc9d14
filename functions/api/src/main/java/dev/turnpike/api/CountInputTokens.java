package dev.turnpike.api;

import dev.turnpike.access.Principal;
import dev.turnpike.admission.PromptCount.Counted;
import dev.turnpike.responses.CreateRequest;
import dev.turnpike.responses.Failures;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;

/// `POST /v1/responses/input_tokens`: what a request would take of the model's context. Nothing is asked or stored.
final class CountInputTokens {
    private final ApiParts parts;

    CountInputTokens(ApiParts parts) {
        this.parts = parts;
    }

    void serve(HttpRequest http, Principal caller, HttpReply reply) throws IOException {
        CreateRequest request = parts.requests()
                .narrowedTo(caller.terms().models()::matches, caller.terms().tools()::matches)
                .readToCount(http.json(parts.mapper()), parts.storedItems().of(caller.tenant()));
        Counted counted = parts.prompts().count(caller.tenant(), request.request(), request.input(), request.history());
        switch (counted) {
            case Counted.Tokens(long input) ->
                reply.json(200, json -> {
                    json.writeStartObject();
                    json.writeStringProperty("object", "response.input_tokens");
                    json.writeNumberProperty("input_tokens", input);
                    json.writeEndObject();
                });
            case Counted.Refused(var admission) -> throw Failures.of(admission);
        }
    }
}
