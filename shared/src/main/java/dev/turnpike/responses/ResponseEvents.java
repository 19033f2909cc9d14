package dev.turnpike.responses;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunError;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.RunStatus;
import dev.turnpike.sse.SseWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Writes a run as the events of the Responses API while it happens.
public final class ResponseEvents implements Consumer<RunEvent> {
    private final EventWriter events;
    private final ResponseWriter responses;
    private final Map<String, OpenItem> open = new LinkedHashMap<>();
    private final SortedMap<Integer, Item> done = new TreeMap<>();
    private final List<Item> results = new ArrayList<>();
    private int nextPlace;

    public ResponseEvents(SseWriter sse, ResponseWriter responses) {
        this.events = new EventWriter(sse, responses.mapper());
        this.responses = responses;
    }

    /// Opens the stream of a run that has been created.
    public void begin(Run run) {
        response("response.created", run);
        response("response.in_progress", run);
    }

    /// Opens the stream of a run that waits to be taken.
    public void queued(Run run) {
        response("response.created", run);
        response("response.queued", run);
    }

    /// Goes on with a stream where another left it. What it has shown beyond `output` is void, and its places are given
    /// anew.
    ///
    /// @param next number of the event to come; 0 begins the stream
    /// @param output what the run has committed
    public void resume(Run run, long next, List<Item> output) {
        events.continueAt(next);
        if (next == 0) {
            response("response.created", run);
        }
        restore(output);
        response("response.in_progress", run, output);
    }

    /// The number of the event to come.
    public long next() {
        return events.next();
    }

    private void restore(List<Item> output) {
        Map<String, Item.ToolResult> answers = answers(output);
        for (Item item : output) {
            if (item instanceof Item.ToolResult || item instanceof Item.Draft) {
                continue;
            }
            var place = new OpenItem(events, item, nextPlace++);
            Item.ToolResult answer = item instanceof Item.ToolCall call ? answers.get(call.callId()) : null;
            if (answer == null && item instanceof Item.ToolCall call && call.executor() == Executor.SERVER) {
                open.put(item.id(), place);
            } else {
                done.put(place.index(), item);
            }
            if (answer != null) {
                results.add(answer);
            }
        }
    }

    /// Results by the id of their call.
    private static Map<String, Item.ToolResult> answers(List<Item> items) {
        Map<String, Item.ToolResult> answers = new HashMap<>();
        for (Item item : items) {
            if (item instanceof Item.ToolResult result) {
                answers.put(result.callId(), result);
            }
        }
        return answers;
    }

    /// The events of a run that has ended, after its beginning; its texts in one piece each.
    ///
    /// @param items its output
    public void happened(Run run, List<Item> items) {
        Map<String, Item.ToolResult> answers = answers(items);
        for (Item item : items) {
            switch (item) {
                case Item.Message message -> replay(message);
                case Item.Reasoning reasoning -> replay(reasoning);
                case Item.ToolCall call -> replay(call, answers.get(call.callId()));
                case Item.ApprovalRequest _, Item.Compaction _ -> {
                    opened(item);
                    closed(item);
                }
                case Item.ToolResult _, Item.Approval _, Item.Draft _ -> {}
            }
        }
        ended(run);
    }

    private void replay(Item.Message message) {
        opened(new Item.Message(message.id(), message.role(), List.of(), false));
        for (Part part : message.parts()) {
            switch (part) {
                case Part.Text(String text) -> place(message.id()).text(text);
                case Part.Refusal(String text) -> place(message.id()).refusal(text);
                case Part.Image _, Part.Video _, Part.File _ -> {}
            }
        }
        closed(message);
    }

    private void replay(Item.Reasoning reasoning) {
        opened(new Item.Reasoning(reasoning.id(), ""));
        if (!reasoning.text().isEmpty()) {
            place(reasoning.id()).reasoning(reasoning.text());
        }
        closed(reasoning);
    }

    /// A call of the caller's that has a result here was cut before its end.
    private void replay(Item.ToolCall call, Item.@Nullable ToolResult result) {
        opened(call);
        place(call.id()).arguments(call.arguments());
        if (result == null || call.executor() == Executor.SERVER) {
            closed(call);
        }
        if (result != null) {
            toolStarted(call);
            toolFinished(call, result);
        }
    }

    /// Ends the stream of a run that goes on without it.
    ///
    /// @param code says why
    public void interrupted(String code, String message) {
        error(RunError.of(code, message));
    }

    @Override
    public void accept(RunEvent event) {
        switch (event) {
            case RunEvent.Taken _ -> {}
            case RunEvent.TextDelta(String item, String text) -> place(item).text(text);
            case RunEvent.ArgumentsDelta(String item, String text) ->
                place(item).arguments(text);
            case RunEvent.RefusalDelta(String item, String text) -> place(item).refusal(text);
            case RunEvent.ReasoningDelta(String item, String text) ->
                place(item).reasoning(text);
            case RunEvent.ItemOpened(Item item) -> opened(item);
            case RunEvent.ItemClosed(Item item) -> closed(item);
            case RunEvent.ToolStarted(Item.ToolCall call) -> toolStarted(call);
            case RunEvent.ToolFinished(Item.ToolCall call, Item.ToolResult result) -> toolFinished(call, result);
            case RunEvent.ToolBroke _, RunEvent.Settled _, RunEvent.Warned _ -> {}
            case RunEvent.Ended(Run run) -> ended(run);
        }
    }

    private OpenItem place(String item) {
        OpenItem place = open.get(item);
        if (place == null) {
            throw new IllegalStateException("a delta for an item that is not open");
        }
        return place;
    }

    private void opened(Item item) {
        var place = new OpenItem(events, item, nextPlace++);
        open.put(item.id(), place);
        events.event("response.output_item.added", json -> {
            json.writeNumberProperty("output_index", place.index());
            json.writeName("item");
            switch (item) {
                case Item.Message message -> ItemWriter.message(json, message, "in_progress");
                case Item.Reasoning reasoning -> ItemWriter.reasoning(json, reasoning, "in_progress");
                case Item.ToolCall call
                when call.executor() == Executor.SERVER ->
                    ItemWriter.serverCall(json, withoutArguments(call), null, "in_progress");
                case Item.ToolCall call -> ItemWriter.clientCall(json, withoutArguments(call), "in_progress");
                case Item.ApprovalRequest request -> ItemWriter.approvalRequest(json, request);
                case Item.Compaction compaction -> ItemWriter.compaction(json, compaction);
                case Item.ToolResult _, Item.Approval _, Item.Draft _ ->
                    throw new IllegalStateException("of their own these are not shown");
            }
        });
    }

    private static Item.ToolCall withoutArguments(Item.ToolCall call) {
        return new Item.ToolCall(call.id(), call.callId(), call.name(), "", call.executor());
    }

    private void closed(Item item) {
        OpenItem place = place(item.id());
        place.close(item);
        boolean waits = item instanceof Item.ToolCall call && call.executor() == Executor.SERVER;
        if (!waits) {
            itemDone(place, List.of(item));
        }
    }

    /// @param item the item, and its result if it has one
    private void itemDone(OpenItem place, List<Item> item) {
        open.remove(place.id());
        done.put(place.index(), item.getFirst());
        results.addAll(item.subList(1, item.size()));
        events.event("response.output_item.done", json -> {
            json.writeNumberProperty("output_index", place.index());
            json.writeName("item");
            ItemWriter.output(json, item, true);
        });
    }

    private void toolStarted(Item.ToolCall call) {
        OpenItem place = open.get(call.id());
        if (place != null && call.executor() == Executor.SERVER) {
            serverCall("response.mcp_call.in_progress", place);
        }
    }

    /// A call of an earlier run, executed now, is not part of this response's output.
    private void toolFinished(Item.ToolCall call, Item.ToolResult result) {
        OpenItem place = open.get(call.id());
        if (place != null) {
            if (call.executor() == Executor.SERVER) {
                String how = result.outcome() == Outcome.DONE ? "completed" : "failed";
                serverCall("response.mcp_call." + how, place);
            }
            itemDone(place, List.of(call, result));
        }
    }

    private void serverCall(String type, OpenItem place) {
        events.event(type, json -> {
            json.writeStringProperty("item_id", place.id());
            json.writeNumberProperty("output_index", place.index());
        });
    }

    private void ended(Run run) {
        for (OpenItem unanswered : List.copyOf(open.values())) {
            itemDone(unanswered, List.of(unanswered.item()));
        }
        RunError error = run.error();
        if (run.status() == RunStatus.FAILED && error != null) {
            error(error);
        }
        String status = run.status() == RunStatus.CANCELLED
                ? "incomplete"
                : run.status().name().toLowerCase(Locale.ROOT);
        response("response." + status, run);
        events.done();
    }

    private void response(String type, Run run) {
        List<Item> output = new ArrayList<>(done.values());
        output.addAll(results);
        response(type, run, output);
    }

    private void response(String type, Run run, List<Item> output) {
        events.event(type, json -> {
            json.writeName("response");
            responses.write(json, run, output);
        });
    }

    private void error(RunError error) {
        events.event("error", json -> {
            json.writeObjectPropertyStart("error");
            json.writeStringProperty("type", "server_error");
            json.writeStringProperty("code", error.code());
            json.writeStringProperty("message", error.message());
            WireJson.details(json, error.details());
            json.writeNullProperty("param");
            json.writeEndObject();
        });
    }
}
