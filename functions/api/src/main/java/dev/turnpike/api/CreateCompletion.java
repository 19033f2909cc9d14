package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.admission.Admission;
import dev.turnpike.admission.RunAdmission.Application;
import dev.turnpike.admission.RunAdmission.History;
import dev.turnpike.completions.CompletionChunks;
import dev.turnpike.completions.CompletionFailures;
import dev.turnpike.completions.CompletionRequest;
import dev.turnpike.completions.CompletionWriter;
import dev.turnpike.conversation.Item;
import dev.turnpike.engine.Outcome;
import dev.turnpike.lambda.FailureTrace;
import dev.turnpike.model.Deadline;
import dev.turnpike.responses.ApiException;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.StoreUnavailableException;
import dev.turnpike.sse.KeepAlive;
import dev.turnpike.sse.SseWriter;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/// `POST /v1/chat/completions`: creates a run like any other, takes its steps here, and shows it as Chat Completions
/// does. A stream begins with the model's first word, or with the first keep-alive, so that what fails before is told
/// with a status.
final class CreateCompletion {
    private final ApiParts parts;
    private final StoredCompletions completions;
    private final AwaitRun awaitRun;

    CreateCompletion(ApiParts parts, StoredCompletions completions) {
        this.parts = parts;
        this.completions = completions;
        this.awaitRun = new AwaitRun(parts);
    }

    /// One request while it is served.
    ///
    /// @param keyed whether it has an `Idempotency-Key`
    private record Call(CompletionRequest request, boolean keyed, HttpReply reply, LambdaLogger log) {}

    void serve(HttpRequest http, CountedCaller caller, HttpReply reply, Context context) throws IOException {
        JsonNode body = caller.withDefaults(http.json(parts.mapper()));
        CompletionRequest request = caller.reader(parts.completions()).read(body);
        var deadline = Deadline.in(Duration.ofMillis(context.getRemainingTimeInMillis()), parts.clock());
        var idempotency = http.idempotency();
        var application = new Application(
                caller.applicant(),
                request.request(),
                request.input(),
                new History.None(),
                parts.engine().firstLease(deadline),
                idempotency.orElse(null),
                null);
        var call = new Call(request, idempotency.isPresent(), reply, context.getLogger());
        switch (caller.admit(parts.admission(), application)) {
            case Admission.Admitted(Run run, List<Item> input)
            when request.stream() -> stream(call, run, input, deadline);
            case Admission.Admitted(Run run, List<Item> input) -> collect(call, run, input, deadline, context);
            case Admission.Repeated(Run run) when request.stream() -> repeatStream(call, run, context);
            case Admission.Repeated(Run run) -> repeat(call, run, context);
            case Admission refused -> throw CompletionFailures.of(refused, body);
        }
    }

    private void stream(Call call, Run run, List<Item> input, Deadline deadline) throws IOException {
        var sse = new SseWriter(call.reply.eventsOnDemand());
        CompletionChunks chunks = chunks(call, sse, run);
        Run after;
        try (var _ = KeepAlive.every(CreateResponse.KEEP_ALIVE, sse)) {
            after = after(call, run, input, deadline, RunLog.of(call.log).andThen(chunks));
        }
        end(call, after, chunks);
    }

    /// Only now that no keep-alive can begin the stream is it known whether there is still a status to give.
    private static void end(Call call, Run after, CompletionChunks chunks) {
        if (CompletionWriter.answered(after)) {
            return;
        }
        ApiException failure = failure(call, after);
        if (!call.reply.begun()) {
            throw failure;
        }
        chunks.failed(failure);
    }

    /// A run that goes on elsewhere is waited for: without an `Idempotency-Key` nobody could read its answer later.
    private void collect(Call call, Run run, List<Item> input, Deadline deadline, Context context) throws IOException {
        Run after = awaited(call, after(call, run, input, deadline, RunLog.of(call.log)), context);
        if (!CompletionWriter.answered(after)) {
            throw failure(call, after);
        }
        try {
            completions.send(after, call.reply);
        } catch (StoreUnavailableException down) {
            // Told that the service was down, clients would ask again, and pay for another run.
            call.log.log(FailureTrace.of(down), LogLevel.ERROR);
            throw CompletionFailures.unfinished(call.keyed);
        }
    }

    /// The run as the engine left it. When it broke, the run as it was created: the reaper finds it once its lease is
    /// over, and all that was committed is kept.
    private Run after(Call call, Run run, List<Item> input, Deadline deadline, Consumer<RunEvent> watcher) {
        try {
            return parts.engine().start(run, input, deadline, watcher) instanceof Outcome.Ended(Run ended)
                    ? ended
                    : run;
        } catch (RuntimeException failure) {
            call.log.log(FailureTrace.of(failure), LogLevel.ERROR);
            return run;
        }
    }

    /// What a run with a key has come to stays so: the same request again would be told the same.
    private static ApiException failure(Call call, Run after) {
        if (!after.status().terminal()) {
            return CompletionFailures.unfinished(call.keyed);
        }
        ApiException failure = CompletionFailures.of(after);
        return call.keyed ? failure.withHeader("x-should-retry", "false") : failure;
    }

    /// The answer to a request that was made before under the same `Idempotency-Key`: that of the first one, which is
    /// waited for.
    private void repeat(Call call, Run first, Context context) throws IOException {
        Run after = awaited(call, first, context);
        if (!CompletionWriter.answered(after)) {
            throw failure(call, after);
        }
        completions.send(after, call.reply);
    }

    private void repeatStream(Call call, Run first, Context context) throws IOException {
        var sse = new SseWriter(call.reply.eventsOnDemand());
        CompletionChunks chunks = chunks(call, sse, first);
        Run after;
        try (var _ = KeepAlive.every(CreateResponse.KEEP_ALIVE, sse)) {
            after = awaited(call, first, context);
            if (CompletionWriter.answered(after)) {
                chunks.replay(after, completions.output(after));
            }
        }
        end(call, after, chunks);
    }

    private Run awaited(Call call, Run first, Context context) {
        try {
            return awaitRun.end(first, context)
                    .orElseThrow(() -> StoredCompletions.notFound(CompletionWriter.id(first)));
        } catch (StoreUnavailableException down) {
            call.log.log(FailureTrace.of(down), LogLevel.ERROR);
            return first;
        }
    }

    private CompletionChunks chunks(Call call, SseWriter sse, Run run) {
        return new CompletionChunks(sse, parts.completionWriter(), run, call.request.includeUsage());
    }
}
