package dev.turnpike.admission;

import dev.turnpike.admission.RunAdmission.History;
import dev.turnpike.conversation.Conversation.ForkPoint;
import dev.turnpike.conversation.ConversationKey;
import dev.turnpike.conversation.ConversationStore;
import dev.turnpike.conversation.Item;
import dev.turnpike.engine.ContextLoader;
import dev.turnpike.engine.Prompt;
import dev.turnpike.model.UsageEstimate;
import dev.turnpike.run.RunKey;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.RunStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Counts what a request would send to the model, and sends nothing.
public final class PromptCount {
    private final RunStore runs;
    private final ConversationStore conversations;
    private final ContextLoader contexts;
    private final Prompt prompt;
    private final UsageEstimate estimate;

    public PromptCount(
            RunStore runs,
            ConversationStore conversations,
            ContextLoader contexts,
            Prompt prompt,
            UsageEstimate estimate) {
        this.runs = runs;
        this.conversations = conversations;
        this.contexts = contexts;
        this.prompt = prompt;
        this.estimate = estimate;
    }

    public sealed interface Counted {
        record Tokens(long input) implements Counted {}

        /// There is nothing to go on from.
        record Refused(Admission admission) implements Counted {}
    }

    /// Instructions, history, input and tools, as they would be sent: what the window leaves out does not count.
    ///
    /// @param input without ids
    public Counted count(String tenant, RunRequest request, List<Item> input, History history) {
        return switch (history) {
            case History.None() -> tokens(request, List.of(), input);
            case History.Response(String id) ->
                afterResponse(tenant, id)
                        .map(end -> tokens(request, contexts.past(tenant, end), input))
                        .orElseGet(() -> new Counted.Refused(new Admission.PreviousResponseNotFound(id)));
            case History.InConversation(String id) ->
                inConversation(tenant, id)
                        .map(end -> tokens(request, contexts.past(tenant, end), input))
                        .orElseGet(() -> new Counted.Refused(new Admission.ConversationNotFound(id)));
        };
    }

    private Counted tokens(RunRequest request, List<Item> past, List<Item> input) {
        List<Item> items = new ArrayList<>(past);
        items.addAll(input);
        return new Counted.Tokens(
                estimate.of(prompt.first(request, items, input.size()), "").inputTokens());
    }

    private Optional<ForkPoint> afterResponse(String tenant, String id) {
        return RunKey.parse(tenant, id)
                .flatMap(runs::find)
                .filter(run -> run.request().store() && !run.placeless())
                .filter(run -> conversations.find(run.key().conversation()).isPresent())
                .map(run -> new ForkPoint(run.key().conversation().id(), run.endSeq()));
    }

    private Optional<ForkPoint> inConversation(String tenant, String id) {
        return ConversationKey.parse(tenant, id)
                .flatMap(conversations::find)
                .map(conversation -> new ForkPoint(conversation.key().id(), conversation.nextSeq()));
    }
}
