package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.Context;
import dev.turnpike.access.Principal;
import dev.turnpike.run.Run;
import java.io.IOException;

/// `GET /v1/responses/{id}`: a run as it is now, or its stream.
final class GetResponse {
    private final StoredResponses responses;
    private final FollowResponse followResponse;

    GetResponse(StoredResponses responses, FollowResponse followResponse) {
        this.responses = responses;
        this.followResponse = followResponse;
    }

    void serve(String id, HttpRequest request, Principal caller, HttpReply reply, Context context) throws IOException {
        long after = FollowResponse.startingAfter(request);
        Run run = responses.find(caller, id);
        if ("true".equals(request.query().get("stream"))) {
            followResponse.serve(run, after, reply, context);
        } else {
            responses.send(run, reply);
        }
    }
}
