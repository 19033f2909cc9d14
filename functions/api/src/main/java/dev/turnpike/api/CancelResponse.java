package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.Context;
import dev.turnpike.access.Principal;
import dev.turnpike.engine.Outcome;
import dev.turnpike.model.Deadline;
import dev.turnpike.responses.ApiException;
import dev.turnpike.run.Run;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.time.Duration;

/// `POST /v1/responses/{id}/cancel`: ends a background run. Again, or after its end: the run as it is.
///
/// A run that somebody works on ends when they have noticed, which is waited for a little.
final class CancelResponse {
    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final Duration LOOK = Duration.ofMillis(250);

    private final ApiParts parts;
    private final StoredResponses responses;

    CancelResponse(ApiParts parts, StoredResponses responses) {
        this.parts = parts;
        this.responses = responses;
    }

    void serve(String id, Principal caller, HttpReply reply, Context context) throws IOException {
        Run run = responses.find(caller, id);
        if (!run.request().background()) {
            throw ApiException.invalid(
                    "invalid_request",
                    "id",
                    "Cannot cancel a synchronous response. Close its connection, or create it with"
                            + " \"background\": true.");
        }
        var deadline = Deadline.in(Duration.ofMillis(context.getRemainingTimeInMillis()), parts.clock());
        Run after = switch (parts.engine().cancel(run.key(), deadline)) {
            case Outcome.Ended(Run ended) -> ended;
            case Outcome.HandedOver _, Outcome.Ignored _, Outcome.NotNow _ -> awaitEnd(caller, id);
        };
        responses.send(after, reply);
    }

    private Run awaitEnd(Principal caller, String id) {
        var patience = Deadline.in(PATIENCE, parts.clock());
        Run run = responses.find(caller, id);
        while (!run.status().terminal() && !patience.passed()) {
            parts.pause().accept(LOOK);
            run = responses.find(caller, id);
        }
        return run;
    }
}
