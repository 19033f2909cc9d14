package dev.turnpike.calls;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.policy.AnswerImages;
import dev.turnpike.policy.Decision;
import dev.turnpike.policy.GuardedTools;
import dev.turnpike.policy.Ruling;
import dev.turnpike.run.IdempotencyKeys;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunRequest;
import dev.turnpike.tool.ToolContext;
import dev.turnpike.tool.ToolSpec;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What becomes of a run's calls: what the deployment's policy says, and what the caller wishes beyond that.
public record CallRules(GuardedTools tools, Run run) {
    private static final String WISHED = "the caller wants to be asked";
    private static final String DRY = "it is a dry run";
    private static final String UNDOING = "a person has asked for the rollback";
    private static final String UNASKABLE = "a person would have to allow it, and this API has no way to ask";

    /// Whether a call of that name is ours to answer: those that were offered, and those that exist and were not, so
    /// that they are refused here.
    public boolean ours(String name) {
        RunRequest request = run.request();
        boolean theirs = request.clientTools().stream().map(ToolSpec::name).anyMatch(name::equals);
        return request.serverTools().contains(name)
                || (!theirs && tools.registry().find(name).isPresent());
    }

    /// Whether every call of a tool asks, or none.
    ///
    /// @return empty when that depends on its arguments
    public Optional<Boolean> asks(String name) {
        RunRequest request = run.request();
        if (!request.serverTools().contains(name)) {
            return Optional.of(false);
        }
        return tools.always(name)
                .map(always -> with(new Ruling(always, ""), name).decision() == Decision.ASK);
    }

    public boolean asks(Item.ToolCall call) {
        return judge(call).decision() == Decision.ASK;
    }

    public Ruling judge(Item.ToolCall call) {
        return with(tools.judge(call.name(), call.arguments()), call.name());
    }

    /// A caller may wish for more than the policy wants, never for less.
    private Ruling with(Ruling policy, String name) {
        RunRequest request = run.request();
        boolean wished = request.askFirst().contains(name);
        if (policy.decision() == Decision.DENY || (policy.decision() == Decision.ALLOW && !wished)) {
            return policy;
        }
        if (request.calls().dry()) {
            return new Ruling(Decision.ALLOW, DRY);
        }
        if (request.undoing()) {
            return new Ruling(Decision.ALLOW, UNDOING);
        }
        if (!request.calls().askable()) {
            return new Ruling(Decision.DENY, UNASKABLE);
        }
        return policy.decision() == Decision.ASK ? policy : new Ruling(Decision.ASK, WISHED);
    }

    /// How the answer's images are looked at.
    ///
    /// @param items of the conversation, as far as they are at hand
    /// @param more whether there are older ones, which may have been read, and remembered
    public AnswerImages images(List<Item> items, boolean more) {
        boolean read = items.stream().anyMatch(CallRules::ofTools);
        return read || more ? AnswerImages.from(tools.imageHosts()) : AnswerImages.any();
    }

    /// A summary, and a note that is recalled, may say what a tool gave.
    private static boolean ofTools(Item item) {
        return item instanceof Item.Compaction
                || (item instanceof Item.ToolCall call && call.executor() == Executor.SERVER);
    }

    /// What an approval of a call is bound to beside its arguments.
    public String boundTo(String name) {
        return tools.registry().boundTo(name, context(0, name, Instant.MAX));
    }

    /// @param index of the call in the step
    public ToolContext context(int index, String name, Instant deadline) {
        return new ToolContext(
                run.key().tenant(),
                run.payer().user(),
                run.key().conversation().id(),
                run.key().run(),
                IdempotencyKeys.of(run, index, name),
                deadline);
    }
}
