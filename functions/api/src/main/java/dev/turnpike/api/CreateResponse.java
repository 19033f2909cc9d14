package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.admission.Admission;
import dev.turnpike.admission.RunAdmission.Application;
import dev.turnpike.conversation.Item;
import dev.turnpike.engine.Outcome;
import dev.turnpike.lambda.FailureTrace;
import dev.turnpike.model.Deadline;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.CreateRequest;
import dev.turnpike.responses.Failures;
import dev.turnpike.responses.ResponseEvents;
import dev.turnpike.run.NewRun;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunError;
import dev.turnpike.run.RunStatus;
import dev.turnpike.run.StoreUnavailableException;
import dev.turnpike.sse.KeepAlive;
import dev.turnpike.sse.SseWriter;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// `POST /v1/responses`: creates a run; takes its steps here while the caller waits or reads, or leaves them to the
/// queue.
final class CreateResponse {
    static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    private final ApiParts parts;
    private final StoredResponses responses;
    private final FollowResponse followResponse;
    private final RepeatResponse repeatResponse;

    CreateResponse(ApiParts parts, StoredResponses responses, FollowResponse followResponse) {
        this.parts = parts;
        this.responses = responses;
        this.followResponse = followResponse;
        this.repeatResponse = new RepeatResponse(parts, responses, followResponse);
    }

    void serve(HttpRequest http, CountedCaller caller, HttpReply reply, Context context) throws IOException {
        JsonNode body = caller.withDefaults(http.json(parts.mapper()));
        CreateRequest request =
                caller.reader(parts.requests()).read(body, parts.storedItems().of(caller.tenant()));
        create(request, body, http, caller, reply, context);
    }

    /// @param body that the request was read from
    void create(
            CreateRequest request,
            JsonNode body,
            HttpRequest http,
            CountedCaller caller,
            HttpReply reply,
            Context context)
            throws IOException {
        var deadline = Deadline.in(Duration.ofMillis(context.getRemainingTimeInMillis()), parts.clock());
        boolean background = request.request().background();
        NewRun.@Nullable Lease lease = background ? null : parts.engine().firstLease(deadline);
        var application = new Application(
                caller.applicant(),
                request.request(),
                request.input(),
                request.history(),
                lease,
                http.idempotency().orElse(null),
                null);
        switch (caller.admit(parts.admission(), application)) {
            case Admission.Admitted(Run run, List<Item> _) when background -> queue(run, reply, context);
            case Admission.Admitted(Run run, List<Item> input) ->
                run(run, input, request.stream(), deadline, reply, context.getLogger());
            case Admission.Repeated(Run run) -> repeatResponse.serve(run, request.stream(), reply, context);
            case Admission refused -> throw Failures.of(refused, body);
        }
    }

    /// A stream is read from where the worker stores it, so that its reader can go and come back anywhere.
    private void queue(Run run, HttpReply reply, Context context) throws IOException {
        boolean stream = run.request().recorded();
        if (stream) {
            begin(run, context.getLogger());
        }
        wake(run, context.getLogger());
        if (stream) {
            followResponse.follow(run, FollowResponse.BEGINNING, reply, context);
        } else {
            responses.send(run, List.of(), reply);
        }
    }

    /// Whoever takes the run begins a stream that has no beginning.
    private void begin(Run run, LambdaLogger log) {
        try {
            parts.replay().begin(run);
        } catch (StoreUnavailableException down) {
            log.log(FailureTrace.of(down), LogLevel.WARN);
        }
    }

    /// The run exists: a caller who was told otherwise would ask again and pay twice. The reaper sends what this did
    /// not.
    private void wake(Run run, LambdaLogger log) {
        try {
            parts.steps().wake(run, Duration.ZERO);
        } catch (StoreUnavailableException down) {
            log.log(FailureTrace.of(down), LogLevel.WARN);
        }
    }

    private void run(Run run, List<Item> input, boolean stream, Deadline deadline, HttpReply reply, LambdaLogger log)
            throws IOException {
        if (stream) {
            stream(run, input, deadline, reply, log);
        } else {
            collect(run, input, deadline, reply, log);
        }
    }

    private void stream(Run run, List<Item> input, Deadline deadline, HttpReply reply, LambdaLogger log)
            throws IOException {
        var sse = new SseWriter(reply.events());
        var events = new ResponseEvents(sse, parts.responses());
        try (var _ = KeepAlive.every(KEEP_ALIVE, sse)) {
            events.begin(run);
            Outcome outcome =
                    parts.engine().start(run, input, deadline, RunLog.of(log).andThen(events));
            if (!(outcome instanceof Outcome.Ended)) {
                events.interrupted("handed_over", StoredResponses.goesOn(run));
            }
        } catch (RuntimeException failure) {
            // The reaper finds the run once its lease is over; all that was committed is kept.
            log.log(FailureTrace.of(failure), LogLevel.ERROR);
            events.interrupted("server_error", StoredResponses.mayStillComplete(run));
        }
    }

    /// The same run without a reader. Clients repeat what fails on the server's side, which would create another run
    /// beside this one, so they are told not to.
    private void collect(Run run, List<Item> input, Deadline deadline, HttpReply reply, LambdaLogger log)
            throws IOException {
        try {
            answer(run, input, deadline, reply, log);
        } catch (ApiException told) {
            throw told;
        } catch (RuntimeException failure) {
            log.log(FailureTrace.of(failure), LogLevel.ERROR);
            throw ApiException.internal(StoredResponses.mayStillComplete(run)).withHeader("x-should-retry", "false");
        }
    }

    /// A run's answer is what it stored.
    private void answer(Run run, List<Item> input, Deadline deadline, HttpReply reply, LambdaLogger log)
            throws IOException {
        Run after = outcome(run, input, deadline, log);
        RunError error = after.error();
        if (after.status() == RunStatus.FAILED && error != null) {
            throw Failures.of(after, error);
        }
        responses.send(after, reply);
    }

    /// What has become of the run; as it was created, when the storage failed under it and the reaper will go on.
    private Run outcome(Run run, List<Item> input, Deadline deadline, LambdaLogger log) {
        try {
            Outcome outcome = parts.engine().start(run, input, deadline, RunLog.of(log));
            return outcome instanceof Outcome.Ended(Run ended)
                    ? ended
                    : parts.runs().find(run.key()).orElse(run);
        } catch (StoreUnavailableException down) {
            log.log(FailureTrace.of(down), LogLevel.ERROR);
            return run;
        }
    }
}
