package dev.turnpike.engine;

import dev.turnpike.conversation.Item;
import dev.turnpike.run.RunEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// Stands between an answer and its watcher. While it is shut, what may turn out to be wrong is held back: the text of
/// a final answer. A tool call or a refusal opens it, because what they come with need not have any form.
final class AnswerGate implements Consumer<RunEvent> {
    private final Consumer<RunEvent> watcher;
    private final List<RunEvent> held = new ArrayList<>();
    private final Set<String> messages = new HashSet<>();
    private boolean open;

    /// @param open whether all may be shown as it comes
    AnswerGate(boolean open, Consumer<RunEvent> watcher) {
        this.open = open;
        this.watcher = watcher;
    }

    /// Whether the answer has been shown, as far as it has come.
    boolean isOpen() {
        return open;
    }

    @Override
    public void accept(RunEvent event) {
        if (open) {
            watcher.accept(event);
        } else if (held.isEmpty() && !(event instanceof RunEvent.ItemOpened(Item.Message _))) {
            watcher.accept(event);
        } else {
            hold(event);
        }
    }

    private void hold(RunEvent event) {
        held.add(event);
        if (event instanceof RunEvent.ItemOpened(Item.Message message)) {
            messages.add(message.id());
        } else if (event instanceof RunEvent.RefusalDelta || asksForTool(event)) {
            open();
        }
    }

    private static boolean asksForTool(RunEvent event) {
        return event instanceof RunEvent.ItemOpened(Item item)
                && (item instanceof Item.ToolCall || item instanceof Item.ApprovalRequest);
    }

    /// All that was held is shown, in its order.
    void open() {
        open = true;
        held.forEach(watcher);
        held.clear();
    }

    /// The text is never shown; what came between and after it is.
    void dropText() {
        held.stream().filter(event -> !ofText(event)).forEach(watcher);
        held.clear();
    }

    private boolean ofText(RunEvent event) {
        return event instanceof RunEvent.TextDelta
                || (event instanceof RunEvent.ItemOpened(Item opened) && messages.contains(opened.id()))
                || (event instanceof RunEvent.ItemClosed(Item closed) && messages.contains(closed.id()));
    }
}
