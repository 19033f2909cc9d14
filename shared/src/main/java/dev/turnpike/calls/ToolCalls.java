package dev.turnpike.calls;

import dev.turnpike.access.AuditLog;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.policy.Decision;
import dev.turnpike.policy.GuardedTools;
import dev.turnpike.policy.Ruling;
import dev.turnpike.run.IdempotencyKeys;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunStore;
import dev.turnpike.run.RunStore.ToolRecord;
import dev.turnpike.tool.Effect;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolOutcome;
import dev.turnpike.tool.ToolOutcome.Reason;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One call of a tool, from the look at what is known of it to its saved result. What it was, what was decided and how
/// it ended is in the audit log.
public final class ToolCalls {
    private static final String DENIED = "The person who was asked did not allow this call.";

    private static final String USED = "This approval has been used before, so the call was not made again.";

    private static final String CHANGED =
            "What the person looked at has changed since they allowed this call, so it was not made. Ask again.";

    private static final String ASKED = "The call was not made yet: a person is asked to allow it.";

    private static final String TOO_MANY = "The limit of tool calls for this run is reached, so the call was not made."
            + " Answer with what is known.";

    private static final String UNKNOWN = "The tool was started and its end is not known. It must not run twice, so"
            + " it was not started again; whether it had its effect is unknown.";

    private static final String LEFT = "The run ended before the tool's result was known.";

    private static final String NOT_MADE = "The call was not made: ";

    private static final Set<String> WITHOUT_START = Set.of(DENIED, USED, CHANGED, ASKED, TOO_MANY, DueCall.NOT_BEGUN);

    private final RunStore runs;
    private final GuardedTools tools;
    private final ToolAudit audit;
    private final InstantSource clock;

    public ToolCalls(RunStore runs, GuardedTools tools, AuditLog audit, InstantSource clock) {
        this.runs = runs;
        this.tools = tools;
        this.audit = new ToolAudit(audit, tools, clock);
        this.clock = clock;
    }

    /// @param broken what the tool threw, if nobody expected it
    /// @param asks whether a person is to be asked
    public record Performed(
            Item.ToolResult result, @Nullable Throwable broken, boolean asks) {
        static Performed of(Item.ToolResult result) {
            return new Performed(result, null, false);
        }
    }

    public Performed perform(Run run, DueCall due, Instant deadline) {
        Item.ToolResult answered = due.answered();
        if (answered != null) {
            return Performed.of(answered);
        }
        if (due.known() != null) {
            // An intent without a result, whatever has become of the tool since.
            return Performed.of(due.result(UNKNOWN, Outcome.UNKNOWN));
        }
        var rules = new CallRules(tools, run);
        ToolContext context = rules.context(due.index(), due.call().name(), deadline);
        Ruling ruling = rules.judge(due.call());
        String refusal = refusal(run, due, ruling, context);
        if (refusal != null) {
            audit.refused(run, due, ruling, refusal);
            return Performed.of(due.result(refusal, Outcome.FAILED));
        }
        if (ruling.decision() == Decision.ASK && due.approval() == null) {
            audit.refused(run, due, ruling, ASKED);
            return new Performed(due.result(ASKED, Outcome.FAILED), null, true);
        }
        if (run.request().calls().dry()) {
            return started(run, due, ruling, () -> dry(due, context));
        }
        if (once(due) && !begins(run, due)) {
            return Performed.of(due.result(UNKNOWN, Outcome.UNKNOWN));
        }
        return started(
                run,
                due,
                ruling,
                () -> tools.registry().run(due.call().name(), due.call().arguments(), context));
    }

    private interface Call {
        ToolOutcome make();
    }

    private Performed started(Run run, DueCall due, Ruling ruling, Call call) {
        Instant start = clock.instant();
        ToolOutcome outcome = call.make();
        Item.ToolResult result = result(due, outcome);
        audit.called(run, due, ruling, start, result);
        runs.saveToolResult(run, record(run, due, result));
        return new Performed(result, outcome instanceof ToolOutcome.Failed failed ? failed.cause() : null, false);
    }

    /// Nothing happens in a dry run, not even to what an approval is good for.
    private ToolOutcome dry(DueCall due, ToolContext context) {
        ToolOutcome outcome =
                tools.registry().preview(due.call().name(), due.call().arguments(), context);
        return outcome instanceof ToolOutcome.Done(String text)
                        && tools.effect(due.call().name()) != Effect.READ_ONLY
                ? new ToolOutcome.Done("Dry run, nothing was changed. " + text)
                : outcome;
    }

    /// What speaks against a call. An approval that is not needed stays good for another run.
    private @Nullable String refusal(Run run, DueCall due, Ruling ruling, ToolContext context) {
        if (due.tooMany()) {
            return TOO_MANY;
        }
        if (!run.request().serverTools().contains(due.call().name())) {
            return NOT_MADE + due.call().name() + " is not available in this run.";
        }
        if (ruling.decision() == Decision.DENY) {
            return NOT_MADE + ruling.reason() + ". Do not try the same in another way.";
        }
        Item.Approval approval = due.approval();
        if (approval == null || run.request().calls().dry()) {
            return null;
        }
        if (!approval.approved()) {
            return approval.reason() == null ? DENIED : DENIED + " Reason: " + approval.reason();
        }
        if (!approval.boundTo().isEmpty()
                && !tools.registry().stillBound(approval.name(), approval.boundTo(), context)) {
            return CHANGED;
        }
        return runs.useApproval(run, approval.requestId()) ? null : USED;
    }

    /// What a tool that broke has done before is not known. One that says itself that it failed knows better.
    private Item.ToolResult result(DueCall due, ToolOutcome outcome) {
        return switch (outcome) {
            case ToolOutcome.Done done -> due.result(done.text(), Outcome.DONE);
            case ToolOutcome.Failed failed
            when failed.cause() != null && once(due) -> due.result(UNKNOWN, Outcome.UNKNOWN);
            case ToolOutcome.Failed failed ->
                due.result(
                        failed.text(), failed.reason() == Reason.INVALID_ARGUMENTS ? Outcome.INVALID : Outcome.FAILED);
        };
    }

    /// What is said of a call that an earlier attempt may have begun, when the run ends without another.
    public Item.ToolResult left(Run run, DueCall due) {
        Item.ToolResult answered = due.answered();
        if (answered != null) {
            return answered;
        }
        return due.known() != null || (once(due) && mayHaveStarted(run, due))
                ? due.result(UNKNOWN, Outcome.UNKNOWN)
                : due.result(LEFT, Outcome.FAILED);
    }

    /// A holder whose lease has expired may be about to start it. It does not once we hold the intent, nor once the
    /// run's end is wanted.
    private boolean mayHaveStarted(Run run, DueCall due) {
        return !(run.cancelRequested() || begins(run, due));
    }

    private boolean begins(Run run, DueCall due) {
        return runs.intend(run, record(run, due, null));
    }

    private static ToolRecord record(Run run, DueCall due, Item.@Nullable ToolResult result) {
        String name = due.call().name();
        return new ToolRecord(due.index(), name, IdempotencyKeys.of(run, due.index(), name), result);
    }

    /// The deadline has come before the tool's end.
    public Performed late(DueCall due) {
        return Performed.of(
                once(due)
                        ? due.result(UNKNOWN, Outcome.UNKNOWN)
                        : due.result("The tool " + due.call().name() + " did not end in time.", Outcome.FAILED));
    }

    /// The run's end was asked for before the tool's end.
    ///
    /// @param text what is said of one that is known to have had no effect, or that may be run again
    public Performed cut(DueCall due, String text) {
        boolean doubtful = due.known() != null || (once(due) && due.begun().get());
        return Performed.of(doubtful ? due.result(UNKNOWN, Outcome.UNKNOWN) : due.result(text, Outcome.FAILED));
    }

    /// Whether a call that failed was never started, told by what was answered.
    static boolean neverStarted(String output) {
        return output.startsWith(NOT_MADE) || output.startsWith(DENIED) || WITHOUT_START.contains(output);
    }

    public String boundTo(Run run, String tool) {
        return new CallRules(tools, run).boundTo(tool);
    }

    /// Whether it must not be started a second time.
    private boolean once(DueCall due) {
        return !due.tooMany() && tools.effect(due.call().name()) == Effect.ONCE;
    }
}
