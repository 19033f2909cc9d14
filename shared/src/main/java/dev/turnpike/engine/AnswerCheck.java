package dev.turnpike.engine;

import dev.turnpike.calls.ToolAudit;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Message;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunError;
import dev.turnpike.run.RunEvent;
import dev.turnpike.schema.AnswerFormat;
import dev.turnpike.schema.AnswerFormat.Enforcement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// Looks whether a final answer is as it was asked for. One that is not may be written once more, unless it has been
/// shown already.
public final class AnswerCheck {
    private final Enforcement enforcement;
    private final ToolAudit audit;

    /// @param enforcement what the provider makes sure of: such answers are shown as they come
    public AnswerCheck(Enforcement enforcement, ToolAudit audit) {
        this.enforcement = enforcement;
        this.audit = audit;
    }

    /// What the audit log is told of an answer.
    ///
    /// @param imagesFrom hosts of images that were taken out of it
    /// @param asked requests for approval in it
    void audited(Run run, List<String> imagesFrom, Stream<Item> asked) {
        if (!imagesFrom.isEmpty()) {
            audit.imagesRemoved(run, imagesFrom);
        }
        asked.forEach(item -> {
            if (item instanceof Item.ApprovalRequest request) {
                audit.asked(run, request);
            }
        });
    }

    /// Where an answer passes before it is shown.
    AnswerGate gate(LiveRun live, Consumer<RunEvent> watcher) {
        AnswerFormat format = live.run().request().format();
        return new AnswerGate(format == null || enforcement.covers(format), watcher);
    }

    /// What is wrong with a whole answer; empty when it fits, need not fit or is not the last.
    static List<String> mistakes(LiveRun live, List<Item> answer) {
        AnswerFormat format = live.run().request().format();
        return format == null || !answer.stream().allMatch(AnswerCheck::ofFinalText)
                ? List.of()
                : format.mistakes(text(answer));
    }

    private static boolean ofFinalText(Item item) {
        return item instanceof Item.Reasoning
                || (item instanceof Message message
                        && message.parts().stream().noneMatch(Part.Refusal.class::isInstance));
    }

    private static String text(List<Item> answer) {
        var text = new StringBuilder();
        for (Item item : answer) {
            if (item instanceof Message message) {
                text.append(message.text());
            }
        }
        return text.toString();
    }

    /// Whether the run has had its second chance.
    static boolean triedAgain(LiveRun live) {
        int own = live.items().size() - live.ownItems();
        return live.items().subList(own, live.items().size()).stream().anyMatch(Item.Draft.class::isInstance);
    }

    /// The answer as the model is shown it again: its texts as drafts, each in its place.
    static List<Item> drafts(List<Item> answer, List<String> mistakes) {
        List<Item> drafts = new ArrayList<>();
        boolean told = false;
        for (Item item : answer.reversed()) {
            if (item instanceof Message message) {
                drafts.addFirst(new Item.Draft(message.id(), message.text(), told ? "" : told(mistakes)));
                told = true;
            } else {
                drafts.addFirst(item);
            }
        }
        return drafts;
    }

    private static String told(List<String> mistakes) {
        return "Your answer does not have the JSON form that was asked for: " + String.join("; ", mistakes)
                + ". Write it once more, whole and correct: only the JSON, without any text or code fence around it.";
    }

    /// The end of a run whose answer does not fit.
    static RunError error(List<String> mistakes) {
        return RunError.of(
                "invalid_output",
                "The model's answer does not have the JSON form that was asked for: " + String.join("; ", mistakes)
                        + ". Ask again, or ask a model that makes sure of it.");
    }
}
