package dev.turnpike.admission;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Calls of the caller's tools and their results must match, as providers demand it: a result answers a call that has
/// none, and what the last run asked for is answered.
final class CallPairs {
    private CallPairs() {}

    /// @param before items that the input goes on from
    /// @param last those of them that the last run wrote: what the caller left open before that is forgiven
    /// @return what is wrong; empty for nothing
    static Optional<Admission> check(List<Item> input, List<Item> before, List<Item> last) {
        Set<String> open = unanswered(before);
        Set<String> demanded = new HashSet<>();
        last.forEach(item -> note(item, demanded));
        for (Item item : input) {
            // What our own tools owe is paid by the run itself.
            if (!(item instanceof Item.ToolCall call && call.executor() == Executor.SERVER)) {
                note(item, demanded);
            }
            if (item instanceof Item.ToolCall call) {
                open.add(call.callId());
            } else if (item instanceof Item.ToolResult result && !open.remove(result.callId())) {
                return Optional.of(new Admission.NoToolCall(result.callId()));
            }
        }
        open.retainAll(demanded);
        return open.stream().findFirst().map(Admission.NoToolOutput::new);
    }

    private static Set<String> unanswered(List<Item> items) {
        Set<String> open = new LinkedHashSet<>();
        for (Item item : items) {
            if (item instanceof Item.ToolCall call && call.executor() == Executor.CLIENT) {
                open.add(call.callId());
            } else if (item instanceof Item.ToolResult result) {
                open.remove(result.callId());
            }
        }
        return open;
    }

    private static void note(Item item, Set<String> calls) {
        if (item instanceof Item.ToolCall call) {
            calls.add(call.callId());
        }
    }
}
