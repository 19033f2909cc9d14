package dev.turnpike.completions;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.responses.ApiException;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunEvent;
import dev.turnpike.sse.SseWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Writes a run as the chunks of a chat completion while it happens.
///
/// Calls of tools that the server runs are not shown, and their results neither: only what the model says. Nothing is
/// written before the model has said something, so that what fails before can still be answered with a status. Nothing
/// is ever shown twice: the model's answer to a request that somebody waits for is not asked for again once it broke
/// off; the stream then ends with [#failed].
public final class CompletionChunks implements Consumer<RunEvent> {
    private static final String ROLE = "\"role\":\"assistant\"";

    /// A text of the message, and what its chunks have in common.
    private final class Text {
        private final String field;
        private final byte[] beginning;
        private boolean shown;
        private boolean parted;

        Text(String field) {
            this.field = "\"" + field + "\":";
            this.beginning = chunks.beginning(this.field);
        }

        void add(String text) {
            byte[] from = begun ? beginning : chunks.beginning(ROLE + "," + field);
            begun = true;
            chunks.delta(from, parted ? CompletionMessage.BETWEEN_STEPS + text : text, end);
            shown = true;
            parted = false;
        }

        void part() {
            parted = shown;
        }
    }

    private final ChunkWriter chunks;
    private final byte[] end;
    private final byte[] endOfArguments;
    private final Text content;
    private final Text refusal;
    private final Text reasoning;

    /// The beginnings of their chunks, by the item's id.
    private final Map<String, byte[]> calls = new HashMap<>();

    private boolean begun;

    /// @param includeUsage whether a last chunk tells what was used
    public CompletionChunks(SseWriter sse, CompletionWriter completions, Run run, boolean includeUsage) {
        this.chunks = new ChunkWriter(sse, completions, run, includeUsage);
        this.end = chunks.end("");
        this.endOfArguments = chunks.end("}}]");
        this.content = new Text("content");
        this.refusal = new Text("refusal");
        this.reasoning = new Text("reasoning_content");
    }

    @Override
    public void accept(RunEvent event) {
        switch (event) {
            case RunEvent.TextDelta(String _, String text) -> content.add(text);
            case RunEvent.RefusalDelta(String _, String text) -> refusal.add(text);
            case RunEvent.ReasoningDelta(String _, String text) -> reasoning.add(text);
            case RunEvent.ArgumentsDelta(String item, String text) -> arguments(calls.get(item), text);
            case RunEvent.ItemOpened(Item.ToolCall call) when call.executor() == Executor.CLIENT -> call(call);
            case RunEvent.ToolFinished _ -> List.of(content, refusal, reasoning).forEach(Text::part);
            case RunEvent.Ended(Run run) -> ended(run);
            case RunEvent.ItemOpened _,
                    RunEvent.ItemClosed _,
                    RunEvent.Taken _,
                    RunEvent.ToolStarted _,
                    RunEvent.ToolBroke _,
                    RunEvent.Warned _,
                    RunEvent.Settled _ -> {}
        }
    }

    private void call(Item.ToolCall call) {
        int index = calls.size();
        calls.put(call.id(), chunks.beginning("\"tool_calls\":[{\"index\":" + index + ",\"function\":{\"arguments\":"));
        String named = "\"tool_calls\":[{\"index\":" + index + ",\"id\":" + chunks.quoted(call.callId())
                + ",\"type\":\"function\",\"function\":{\"name\":" + chunks.quoted(call.name()) + ",\"arguments\":";
        String first = begun ? named : ROLE + ",\"content\":null," + named;
        begun = true;
        chunks.delta(chunks.beginning(first), "", endOfArguments);
    }

    /// @param beginning null for a call of ours
    private void arguments(byte @Nullable [] beginning, String text) {
        if (beginning != null) {
            chunks.delta(beginning, text, endOfArguments);
        }
    }

    private void ended(Run run) {
        CompletionWriter.finishReason(run).ifPresent(reason -> {
            if (!begun) {
                content.add("");
            }
            chunks.finish(run, reason);
            chunks.done(run);
        });
    }

    /// Ends a stream that has begun and can't be finished. No `[DONE]` follows: readers take that for a good end.
    public void failed(ApiException failure) {
        chunks.error(failure);
    }

    /// The chunks of a run that has happened, its texts in one piece each.
    ///
    /// @param run has an answer
    /// @param output its output items
    public void replay(Run run, List<Item> output) {
        CompletionMessage message = CompletionMessage.of(output);
        replay(reasoning, message.reasoning());
        replay(content, message.content());
        replay(refusal, message.refusal());
        for (Item.ToolCall call : message.calls()) {
            call(call);
            arguments(calls.get(call.id()), call.arguments());
        }
        ended(run);
    }

    private static void replay(Text place, String text) {
        if (!text.isEmpty()) {
            place.add(text);
        }
    }
}
