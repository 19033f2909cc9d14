package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.lambda.FailureTrace;
import dev.turnpike.responses.Failures;
import dev.turnpike.responses.ResponseEvents;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunError;
import dev.turnpike.sse.KeepAlive;
import dev.turnpike.sse.SseWriter;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;

/// Answers a request that was made before under the same `Idempotency-Key`, with what the first one is answered. While
/// that is still served, this waits with it.
final class RepeatResponse {
    private final ApiParts parts;
    private final StoredResponses responses;
    private final FollowResponse followResponse;
    private final AwaitRun awaitRun;

    RepeatResponse(ApiParts parts, StoredResponses responses, FollowResponse followResponse) {
        this.parts = parts;
        this.responses = responses;
        this.followResponse = followResponse;
        this.awaitRun = new AwaitRun(parts);
    }

    /// @param first as it was when the request came
    void serve(Run first, boolean stream, HttpReply reply, Context context) throws IOException {
        if (stream && parts.replay().kept(first)) {
            followResponse.follow(first, FollowResponse.BEGINNING, reply, context);
        } else if (stream) {
            stream(first, reply, context);
        } else {
            answer(first, reply, context);
        }
    }

    private void answer(Run first, HttpReply reply, Context context) throws IOException {
        if (first.request().background()) {
            responses.send(first, reply);
            return;
        }
        Run run = await(first, context);
        RunError error = run.error();
        if (error != null) {
            throw Failures.of(run, error).withHeader("x-should-retry", "false");
        }
        responses.send(run, reply);
    }

    /// What the first stream shows piece by piece is shown in one when all of it is there.
    private void stream(Run first, HttpReply reply, Context context) throws IOException {
        var sse = new SseWriter(reply.events());
        var events = new ResponseEvents(sse, parts.responses());
        events.begin(first);
        try (var _ = KeepAlive.every(CreateResponse.KEEP_ALIVE, sse)) {
            Run run = await(first, context);
            if (run.status().terminal()) {
                events.happened(run, responses.output(run));
            } else {
                events.interrupted("handed_over", StoredResponses.goesOn(run));
            }
        } catch (RuntimeException failure) {
            context.getLogger().log(FailureTrace.of(failure), LogLevel.ERROR);
            events.interrupted("server_error", StoredResponses.mayStillComplete(first));
        }
    }

    /// @return the run when it has ended, or as it is when the time is up
    /// @throws dev.turnpike.responses.ApiException it was deleted meanwhile
    private Run await(Run first, Context context) {
        return awaitRun.end(first, context)
                .orElseThrow(() -> StoredResponses.notFound(first.key().responseId()));
    }
}
