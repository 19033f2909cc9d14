package dev.turnpike.completions;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Part;
import java.util.ArrayList;
import java.util.List;

/// The one message that a run's output makes: Chat Completions knows neither steps nor calls that the server runs.
///
/// @param content all text; empty for none
/// @param refusal empty for none
/// @param reasoning empty for none
/// @param calls of the caller's tools
record CompletionMessage(String content, String refusal, String reasoning, List<Item.ToolCall> calls) {
    /// What was said before a tool of ours ran is parted from what was said after it.
    static final String BETWEEN_STEPS = "\n\n";

    static CompletionMessage of(List<Item> output) {
        var content = new Text();
        var refusal = new Text();
        var reasoning = new Text();
        List<Item.ToolCall> calls = new ArrayList<>();
        for (Item item : output) {
            switch (item) {
                case Item.Message message ->
                    message.parts().forEach(part -> {
                        switch (part) {
                            case Part.Text(String text) -> content.add(text);
                            case Part.Refusal(String text) -> refusal.add(text);
                            case Part.Image _, Part.Video _, Part.File _ -> {}
                        }
                    });
                case Item.Reasoning thought -> reasoning.add(thought.text());
                case Item.ToolCall call -> {
                    if (call.executor() == Executor.CLIENT) {
                        calls.add(call);
                    }
                }
                case Item.ToolResult _ -> List.of(content, refusal, reasoning).forEach(Text::part);
                case Item.ApprovalRequest _, Item.Approval _, Item.Compaction _, Item.Draft _ -> {}
            }
        }
        return new CompletionMessage(content.toString(), refusal.toString(), reasoning.toString(), calls);
    }

    private static final class Text {
        private final StringBuilder text = new StringBuilder();
        private boolean parted;

        void part() {
            parted = !text.isEmpty();
        }

        void add(String more) {
            if (more.isEmpty()) {
                return;
            }
            if (parted) {
                text.append(BETWEEN_STEPS);
                parted = false;
            }
            text.append(more);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
