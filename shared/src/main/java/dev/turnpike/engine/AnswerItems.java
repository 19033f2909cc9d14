package dev.turnpike.engine;

import dev.turnpike.calls.CallRules;
import dev.turnpike.conversation.Ids;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.model.StreamEvent;
import dev.turnpike.policy.AnswerImages;
import dev.turnpike.run.RunEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Turns a model's stream into the items of a conversation, telling the watcher of each as it grows.
///
/// Text, refusal and reasoning come one after the other; a change of kind closes the item before. Calls may grow side
/// by side and close together at the end.
final class AnswerItems implements Consumer<StreamEvent> {
    /// What a step brings is committed in one transaction of 100 actions; calls beyond these are not taken up, and a
    /// model that wants them asks again.
    private static final int MOST_CALLS = 32;

    private static final String CUT = "The call was not run: the model's answer was cut before its end.";

    private final Ids ids;
    private final CallRules rules;
    private final AnswerImages images;
    private final Predicate<String> callIdTaken;
    private final Consumer<RunEvent> watcher;
    private final List<Open> open = new ArrayList<>();
    private final Map<Integer, OpenCall> calls = new LinkedHashMap<>();
    /// Calls that a person may have to be asked about.
    private final List<OpenCall> held = new ArrayList<>();
    private final List<Item> requests = new ArrayList<>();
    private long nextSeq;
    private @Nullable OpenText current;
    private boolean started;

    /// @param nextSeq place of the first item
    /// @param callIdTaken whether the conversation has a call of that id: weak backends count from
    ///     `call_0` in every answer
    AnswerItems(
            Ids ids,
            long nextSeq,
            CallRules rules,
            AnswerImages images,
            Predicate<String> callIdTaken,
            Consumer<RunEvent> watcher) {
        this.ids = ids;
        this.nextSeq = nextSeq;
        this.rules = rules;
        this.images = images;
        this.callIdTaken = callIdTaken;
        this.watcher = watcher;
    }

    /// Those for approval, once it is closed.
    Stream<Item> requests() {
        return requests.stream();
    }

    /// Whether anything has arrived.
    boolean started() {
        return started;
    }

    @Override
    public void accept(StreamEvent event) {
        started = true;
        switch (event) {
            case StreamEvent.TextDelta(String text) -> {
                show(message(), text, false);
            }
            case StreamEvent.RefusalDelta(String text) -> {
                show(message(), text, true);
            }
            case StreamEvent.ReasoningDelta(String text) -> {
                show(reasoning(), text, false);
            }
            case StreamEvent.Alive _, StreamEvent.Warning _ -> {}
            case StreamEvent.ToolCallStarted(int call, String callId, String name) -> startCall(call, callId, name);
            case StreamEvent.ToolCallDelta(int call, String arguments) -> {
                OpenCall opened = calls.get(call);
                if (opened != null) {
                    opened.arguments.append(arguments);
                    if (!held.contains(opened)) {
                        watcher.accept(new RunEvent.ArgumentsDelta(opened.id, arguments));
                    }
                }
            }
        }
    }

    /// Closes what is open and gives all items in order.
    ///
    /// @param cut the answer did not come to its end: the last message is marked, and no call of it runs
    List<Item> close(boolean cut) {
        if (open.isEmpty() && held.isEmpty() && !cut) {
            message();
        }
        closeText(cut);
        calls.values().removeAll(held);
        List<Item> items = new ArrayList<>();
        for (Open each : open) {
            items.add(each.item());
        }
        if (cut) {
            callsOff(items);
        } else {
            calls.values().forEach(call -> watcher.accept(new RunEvent.ItemClosed(call.item())));
            held.forEach(call -> items.add(decided(call)));
        }
        return items;
    }

    private void callsOff(List<Item> items) {
        for (OpenCall call : calls.values()) {
            var result = new Item.ToolResult(id("fco"), call.callId, CUT, Outcome.FAILED, call.executor);
            items.add(result);
            watcher.accept(new RunEvent.ToolFinished(call.item(), result));
        }
    }

    /// Now that the arguments are whole, it is known whether a person is asked. What they are asked is shown whole.
    private Item decided(OpenCall call) {
        Item.ToolCall asked = call.item();
        if (rules.asks(asked)) {
            var request =
                    new Item.ApprovalRequest(id("mcpr"), asked.name(), asked.arguments(), rules.boundTo(asked.name()));
            watcher.accept(new RunEvent.ItemOpened(request));
            watcher.accept(new RunEvent.ItemClosed(request));
            requests.add(request);
            return request;
        }
        OpenCall opened = open(new OpenCall(id("mcp"), unique(call.callId), call.name, Executor.SERVER));
        opened.arguments.append(call.arguments);
        if (!call.arguments.isEmpty()) {
            watcher.accept(new RunEvent.ArgumentsDelta(opened.id, call.arguments.toString()));
        }
        watcher.accept(new RunEvent.ItemClosed(opened.item()));
        return opened.item();
    }

    private OpenText message() {
        if (current == null || current.reasoning) {
            closeText(false);
            current = open(new OpenText(id("msg"), false));
        }
        return current;
    }

    private OpenText reasoning() {
        if (current == null || !current.reasoning) {
            closeText(false);
            current = open(new OpenText(id("rs"), true));
        }
        return current;
    }

    private void startCall(int call, String callId, String name) {
        if (calls.size() == MOST_CALLS) {
            return;
        }
        closeText(false);
        boolean server = rules.ours(name);
        if (server && rules.asks(name).orElse(true)) {
            var asked = new OpenCall("", callId, name, Executor.SERVER);
            held.add(asked);
            calls.put(call, asked);
            return;
        }
        String id = id(server ? "mcp" : "fc");
        calls.put(call, open(new OpenCall(id, unique(callId), name, server ? Executor.SERVER : Executor.CLIENT)));
    }

    private String unique(String callId) {
        return callIdTaken.test(callId) ? "call_" + ids.next() : callId;
    }

    private void show(OpenText item, String text, boolean refusal) {
        if (item.refusing != refusal) {
            tell(item, images.end());
            item.turn(refusal);
        }
        tell(item, images.next(text));
    }

    /// @param text empty for nothing
    private void tell(OpenText item, String text) {
        if (text.isEmpty()) {
            return;
        }
        item.text.append(text);
        if (item.reasoning) {
            watcher.accept(new RunEvent.ReasoningDelta(item.id, text));
        } else if (item.refusing) {
            watcher.accept(new RunEvent.RefusalDelta(item.id, text));
        } else {
            watcher.accept(new RunEvent.TextDelta(item.id, text));
        }
    }

    private String id(String prefix) {
        return ids.item(prefix, rules.run().key().conversation().id(), nextSeq++);
    }

    private <T extends Open> T open(T item) {
        open.add(item);
        watcher.accept(new RunEvent.ItemOpened(item.item()));
        return item;
    }

    private void closeText(boolean cut) {
        if (current != null) {
            tell(current, images.end());
            current.cut = cut;
            watcher.accept(new RunEvent.ItemClosed(current.item()));
            current = null;
        }
    }

    private sealed interface Open {
        Item item();
    }

    private static final class OpenText implements Open {
        private final String id;
        private final boolean reasoning;
        private final List<Part> finished = new ArrayList<>();
        private final StringBuilder text = new StringBuilder();
        private boolean refusing;
        private boolean cut;

        OpenText(String id, boolean reasoning) {
            this.id = id;
            this.reasoning = reasoning;
        }

        /// A change between text and refusal begins a new part.
        void turn(boolean refusal) {
            finishPart();
            refusing = refusal;
        }

        private void finishPart() {
            if (!text.isEmpty()) {
                finished.add(refusing ? new Part.Refusal(text.toString()) : new Part.Text(text.toString()));
                text.setLength(0);
            }
        }

        @Override
        public Item item() {
            if (reasoning) {
                return new Item.Reasoning(id, text.toString());
            }
            finishPart();
            return new Item.Message(id, Item.Role.ASSISTANT, finished, cut);
        }
    }

    private static final class OpenCall implements Open {
        private final String id;
        private final String callId;
        private final String name;
        private final Executor executor;
        private final StringBuilder arguments = new StringBuilder();

        OpenCall(String id, String callId, String name, Executor executor) {
            this.id = id;
            this.callId = callId;
            this.name = name;
            this.executor = executor;
        }

        @Override
        public Item.ToolCall item() {
            String written = arguments.isEmpty() ? "{}" : arguments.toString();
            return new Item.ToolCall(id, callId, name, written, executor);
        }
    }
}
