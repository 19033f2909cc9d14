package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.admission.Admission;
import dev.turnpike.admission.RunAdmission.Application;
import dev.turnpike.conversation.Item;
import dev.turnpike.lambda.FailureTrace;
import dev.turnpike.model.Deadline;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.CreateRequest;
import dev.turnpike.responses.Failures;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunError;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StoreUnavailableException;
import dev.turnpike.wiring.ApiParts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/// `POST /v1/responses/compact`: the model summarises a conversation, for the caller to go on from. It is a run like
/// any other, with steps and ledger rows, whose response nobody can read again.
final class CompactResponse {
    private final ApiParts parts;
    private final StoredResponses responses;
    private final AwaitRun awaitRun;

    CompactResponse(ApiParts parts, StoredResponses responses) {
        this.parts = parts;
        this.responses = responses;
        this.awaitRun = new AwaitRun(parts);
    }

    void serve(HttpRequest http, CountedCaller caller, HttpReply reply, Context context) throws IOException {
        JsonNode body = http.json(parts.mapper());
        CreateRequest request = caller.reader(parts.requests())
                .readToCompact(body, parts.storedItems().of(caller.tenant()));
        var deadline = Deadline.in(Duration.ofMillis(context.getRemainingTimeInMillis()), parts.clock());
        var application = new Application(
                caller.applicant(),
                request.request(),
                request.input(),
                request.history(),
                parts.engine().firstLease(deadline),
                http.idempotency().orElse(null),
                null);
        switch (caller.admit(parts.admission(), application)) {
            case Admission.Admitted(Run run, List<Item> input) -> {
                compact(run, input, deadline, context.getLogger());
                answer(run, reply, context);
            }
            case Admission.Repeated(Run run) -> answer(run, reply, context);
            case Admission refused -> throw Failures.of(refused, body);
        }
    }

    /// When the storage fails under it, the reaper goes on.
    private void compact(Run run, List<Item> input, Deadline deadline, LambdaLogger log) {
        try {
            var _ = parts.engine().start(run, input, deadline, RunLog.of(log));
        } catch (StoreUnavailableException down) {
            log.log(FailureTrace.of(down), LogLevel.ERROR);
        }
    }

    /// If somebody else goes on with it, this waits for them. Clients that ask again by themselves would pay twice.
    private void answer(Run first, HttpReply reply, Context context) throws IOException {
        Run run = awaitRun.end(parts.runs().find(first.key()).orElse(first), context)
                .orElse(first);
        RunError error = run.error();
        if (error != null) {
            throw Failures.of(run, error);
        }
        if (run.status() != RunStatus.COMPLETED) {
            throw ApiException.unavailable("The conversation was not summarised in time. Try again later.")
                    .withHeader("x-should-retry", "false");
        }
        var json = new ByteArrayOutputStream(4096);
        parts.responses().writeCompaction(json, run, responses.output(run));
        reply.json(200, Map.of(), json.toByteArray());
    }
}
