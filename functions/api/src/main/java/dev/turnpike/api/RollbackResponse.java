package dev.turnpike.api;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import dev.turnpike.access.ApiKeys;
import dev.turnpike.admission.Admission;
import dev.turnpike.admission.RunAdmission.Application;
import dev.turnpike.admission.RunAdmission.History;
import dev.turnpike.calls.UndoPlan;
import dev.turnpike.calls.UndoPlan.Undoable;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.StoredItem;
import dev.turnpike.lambda.FailureTrace;
import dev.turnpike.responses.ApiException;
import dev.turnpike.responses.Failures;
import dev.turnpike.run.NewRun;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunStore;
import dev.turnpike.run.StoreUnavailableException;
import dev.turnpike.tool.Compensation;
import dev.turnpike.wiring.ApiParts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// `POST /v1/responses/{id}/rollback`: undoes what a run has done, the newest first. Asked for again, it tells how far
/// that has come, and goes on where it was cut short.
///
/// A rollback is a run like any other, whose steps are the calls that undo: so it survives whatever a run survives, and
/// makes each of them once. Long ones take several such runs, one after the other.
final class RollbackResponse {
    /// As many as fit into the input of a run that has to wait for its conversation.
    private static final int MOST_CALLS = 44;

    private static final int MOST_ROUNDS = 50;

    private final ApiParts parts;
    private final StoredResponses responses;
    private final AwaitRun awaitRun;

    RollbackResponse(ApiParts parts, StoredResponses responses) {
        this.parts = parts;
        this.responses = responses;
        this.awaitRun = new AwaitRun(parts);
    }

    void serve(String id, CountedCaller caller, HttpReply reply, Context context) throws IOException {
        Run undone = responses.find(caller.principal(), id);
        requireUndoable(undone);
        UndoPlan plan = plan(undone);
        var progress = new RollbackProgress(undone, plan);
        for (int round = 0; round < MOST_ROUNDS; round++) {
            String runId = progress.runId(round);
            var key = new RunKey(undone.key().conversation(), runId);
            List<Undoable> left = progress.left();
            Run run = parts.runs().find(key).orElse(null);
            if (run == null) {
                if (left.isEmpty()) {
                    break;
                }
                run = begin(undone, progress, left, runId, caller, context);
            }
            run = awaitRun.end(run, context).orElse(run);
            progress.add(run, items(run));
            if (!run.status().terminal()) {
                break;
            }
        }
        reply.json(200, progress::write);
    }

    private static void requireUndoable(Run run) {
        if (!run.status().terminal()) {
            throw ApiException.invalid(
                    "response_in_progress", "id", "The response has not ended. Cancel it, or wait for its end.");
        }
        if (run.request().undoing()) {
            throw ApiException.invalid("invalid_request", "id", "A rollback can't be rolled back.");
        }
    }

    private UndoPlan plan(Run run) {
        long from = Math.max(0, run.firstSeq() - RunStore.MOST_ITEMS_AT_ONCE);
        return run.placeless()
                ? new UndoPlan(List.of(), List.of())
                : UndoPlan.of(
                        run, parts.conversations().range(run.key().conversation(), from, run.endSeq()), parts.tools());
    }

    private List<Item> items(Run run) {
        return run.placeless()
                ? List.of()
                : parts.conversations().range(run.key().conversation(), run.firstSeq(), run.endSeq()).stream()
                        .map(StoredItem::item)
                        .toList();
    }

    private Run begin(
            Run undone,
            RollbackProgress progress,
            List<Undoable> left,
            String runId,
            CountedCaller caller,
            Context context) {
        List<Undoable> now = left.subList(0, Math.min(MOST_CALLS, left.size()));
        var tools = new TreeSet<String>();
        List<Item> input = new ArrayList<>();
        input.add(Item.Message.text("", Item.Role.DEVELOPER, progress.told()));
        for (Undoable each : now) {
            Compensation by = each.by();
            tools.add(by.tool());
            input.add(new Item.ToolCall("", progress.callId(runId, each), by.tool(), by.arguments(), Executor.SERVER));
        }
        String hash = ApiKeys.hash("rollback " + runId);
        var application = new Application(
                caller.applicant(),
                parts.requests().toUndo(undone.request(), undone.key().responseId(), tools),
                input,
                new History.InConversation(undone.key().conversation().wireId()),
                null,
                new NewRun.Idempotency(hash, hash),
                null,
                runId);
        return switch (caller.admit(parts.admission(), application)) {
            case Admission.Admitted(Run run, List<Item> _) -> woken(run, context);
            case Admission.Repeated(Run run) -> run;
            case Admission refused -> throw Failures.of(refused, parts.mapper().createObjectNode());
        };
    }

    /// The reaper sends what this did not.
    private Run woken(Run run, Context context) {
        try {
            parts.steps().wake(run, Duration.ZERO);
        } catch (StoreUnavailableException down) {
            context.getLogger().log(FailureTrace.of(down), LogLevel.WARN);
        }
        return run;
    }
}
