package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Message;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.conversation.Item.Reasoning;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.conversation.Item.ToolCall;
import dev.turnpike.conversation.Item.ToolResult;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunEvent;
import dev.turnpike.run.StopReason;
import dev.turnpike.sse.SseWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The events of a run, in the order in which the engine tells of it.
class ResponseEventsTest {
    private final EventStream stream = new EventStream();
    private final ResponseWriter responses = new ResponseWriter(Requests.MAPPER, _ -> Optional.empty());
    private final ResponseEvents events = new ResponseEvents(new SseWriter(stream), responses);

    @Test
    void aText() {
        begin();
        tell(
                opened(message("msg_1")),
                text("msg_1", "Hel"),
                text("msg_1", "lo 😀\n"),
                new RunEvent.ItemClosed(message("msg_1", new Part.Text("Hello 😀\n"))),
                ended(Runs.completed()));
        stream.assertRules();
        assertThat(stream.types())
                .containsExactly(
                        "created",
                        "in_progress",
                        "output_item.added",
                        "content_part.added",
                        "output_text.delta",
                        "output_text.delta",
                        "output_text.done",
                        "content_part.done",
                        "output_item.done",
                        "completed");
        assertThat(stream.only("created").path("response").path("status").asString())
                .isEqualTo("in_progress");
        assertJson(stream.only("output_item.added").path("item"), """
            {"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]}\
            """);
        assertJson(
                stream.only("content_part.added").path("part"),
                "{\"type\":\"output_text\",\"text\":\"\",\"annotations\":[],\"logprobs\":[]}");
        assertJson(stream.events("output_text.delta").getLast(), """
            {"type":"response.output_text.delta","item_id":"msg_1","output_index":0,"content_index":0,
             "logprobs":[],"sequence_number":5,"delta":"lo 😀\\n"}\
            """);
        assertJson(stream.only("output_text.done"), """
            {"type":"response.output_text.done","sequence_number":6,"item_id":"msg_1","output_index":0,
             "content_index":0,"text":"Hello 😀\\n","logprobs":[]}\
            """);
        assertJson(stream.only("output_item.done").path("item"), """
            {"id":"msg_1","type":"message","status":"completed","role":"assistant",
             "content":[{"type":"output_text","text":"Hello 😀\\n","annotations":[],"logprobs":[]}]}\
            """);
        assertThat(stream.last()
                        .path("response")
                        .path("usage")
                        .path("total_tokens")
                        .asInt())
                .isEqualTo(150);
    }

    @Test
    void reasoningThenText() {
        begin();
        tell(
                opened(new Reasoning("rs_1", "")),
                new RunEvent.ReasoningDelta("rs_1", "Let me "),
                new RunEvent.ReasoningDelta("rs_1", "see."),
                new RunEvent.ItemClosed(new Reasoning("rs_1", "Let me see.")),
                opened(message("msg_1")),
                text("msg_1", "Four."),
                new RunEvent.ItemClosed(message("msg_1", new Part.Text("Four."))),
                ended(Runs.completed()));
        stream.assertRules();
        assertThat(stream.types())
                .containsExactly(
                        "created",
                        "in_progress",
                        "output_item.added",
                        "reasoning_summary_part.added",
                        "reasoning_summary_text.delta",
                        "reasoning_summary_text.delta",
                        "reasoning_summary_text.done",
                        "reasoning_summary_part.done",
                        "output_item.done",
                        "output_item.added",
                        "content_part.added",
                        "output_text.delta",
                        "output_text.done",
                        "content_part.done",
                        "output_item.done",
                        "completed");
        assertJson(stream.events("reasoning_summary_text.delta").getFirst(), """
            {"type":"response.reasoning_summary_text.delta","item_id":"rs_1","output_index":0,"summary_index":0,
             "sequence_number":4,"delta":"Let me "}\
            """);
        assertJson(stream.only("reasoning_summary_part.done"), """
            {"type":"response.reasoning_summary_part.done","sequence_number":7,"item_id":"rs_1","output_index":0,
             "summary_index":0,"part":{"type":"summary_text","text":"Let me see."}}\
            """);
    }

    @Test
    void aRefusalAfterSomeText() {
        begin();
        tell(
                opened(message("msg_1")),
                text("msg_1", "Well, "),
                new RunEvent.RefusalDelta("msg_1", "no"),
                new RunEvent.RefusalDelta("msg_1", "."),
                new RunEvent.ItemClosed(message("msg_1", new Part.Text("Well, "), new Part.Refusal("no."))),
                ended(Runs.completed()));
        stream.assertRules();
        assertThat(stream.events("content_part.added"))
                .extracting(event -> event.path("content_index").asInt())
                .containsExactly(0, 1);
        assertJson(stream.only("refusal.done"), """
            {"type":"response.refusal.done","sequence_number":10,"item_id":"msg_1","output_index":0,
             "content_index":1,"refusal":"no."}\
            """);
    }

    @Test
    void aCallOfTheCallersTool() {
        begin();
        tell(
                opened(clientCall("{}")),
                new RunEvent.ArgumentsDelta("fc_1", "{\"q\":"),
                new RunEvent.ArgumentsDelta("fc_1", "\"name\"}"),
                new RunEvent.ItemClosed(clientCall("{\"q\":\"name\"}")),
                ended(Runs.ended(StopReason.CLIENT_TOOLS)));
        stream.assertRules();
        assertThat(stream.types())
                .containsExactly(
                        "created",
                        "in_progress",
                        "output_item.added",
                        "function_call_arguments.delta",
                        "function_call_arguments.delta",
                        "function_call_arguments.done",
                        "output_item.done",
                        "completed");
        assertJson(stream.only("output_item.added").path("item"), """
            {"id":"fc_1","type":"function_call","status":"in_progress","call_id":"call_1","name":"ask",
             "arguments":""}\
            """);
        assertJson(stream.only("function_call_arguments.done"), """
            {"type":"response.function_call_arguments.done","sequence_number":5,"item_id":"fc_1","output_index":0,
             "arguments":"{\\"q\\":\\"name\\"}","name":"ask"}\
            """);
        assertThat(stream.only("output_item.done").path("item").path("status").asString())
                .isEqualTo("completed");
    }

    @Test
    void aCallOfOurToolAndTheAnswerAfterIt() {
        ToolCall call = serverCall("mcp_1", "call_1", "{\"expression\":\"1+2\"}");
        begin();
        tell(
                opened(serverCall("mcp_1", "call_1", "{}")),
                new RunEvent.ArgumentsDelta("mcp_1", "{\"expression\":\"1+2\"}"),
                new RunEvent.ItemClosed(call),
                new RunEvent.ToolStarted(call),
                new RunEvent.ToolFinished(call, new ToolResult("fco_1", "call_1", "3", Outcome.DONE, Executor.SERVER)),
                opened(message("msg_1")),
                text("msg_1", "3"),
                new RunEvent.ItemClosed(message("msg_1", new Part.Text("3"))),
                ended(Runs.completed()));
        stream.assertRules();
        assertThat(stream.types())
                .containsSubsequence(
                        "output_item.added",
                        "mcp_call_arguments.delta",
                        "mcp_call_arguments.done",
                        "mcp_call.in_progress",
                        "mcp_call.completed",
                        "output_item.done",
                        "output_item.added",
                        "completed");
        assertJson(stream.only("mcp_call.in_progress"), """
            {"type":"response.mcp_call.in_progress","sequence_number":5,"item_id":"mcp_1","output_index":0}\
            """);
        assertJson(stream.events("output_item.done").getFirst().path("item"), """
            {"id":"mcp_1","type":"mcp_call","status":"completed","server_label":"turnpike","name":"calculate",
             "arguments":"{\\"expression\\":\\"1+2\\"}","output":"3","error":null,"approval_request_id":null}\
            """);
    }

    @Test
    void aRequestForApprovalIsShownWholeAndTheCallItLeadsToNamesIt() {
        var request = new Item.ApprovalRequest("mcpr_1", "calculate", "{\"expression\":\"1+2\"}", "");
        ToolCall call = serverCall("mcp_1", "mcpr_0", "{}");
        begin();
        tell(
                opened(call),
                new RunEvent.ItemClosed(call),
                new RunEvent.ToolStarted(call),
                new RunEvent.ToolFinished(call, new ToolResult("fco_1", "mcpr_0", "3", Outcome.DONE, Executor.SERVER)),
                opened(request),
                new RunEvent.ItemClosed(request),
                ended(Runs.completed()));

        assertJson(stream.events("output_item.done").getLast().path("item"), """
            {"id":"mcpr_1","type":"mcp_approval_request","server_label":"turnpike","name":"calculate",
             "arguments":"{\\"expression\\":\\"1+2\\"}"}\
            """);
        assertThat(stream.events("output_item.done")
                        .getFirst()
                        .at("/item/approval_request_id")
                        .asString())
                .isEqualTo("mcpr_0");
        assertThat(outputIds()).containsExactly("mcp_1", "mcpr_1");
    }

    @Test
    void aFailedCallOfOurTool() {
        ToolCall call = serverCall("mcp_1", "call_1", "{}");
        begin();
        tell(
                opened(call),
                new RunEvent.ItemClosed(call),
                new RunEvent.ToolStarted(call),
                new RunEvent.ToolFinished(
                        call, new ToolResult("fco_1", "call_1", "No such note.", Outcome.FAILED, Executor.SERVER)),
                ended(Runs.ended(StopReason.MAX_STEPS)));
        assertThat(stream.types()).contains("mcp_call.failed").endsWith("output_item.done", "incomplete");
        assertJson(stream.only("output_item.done").path("item"), """
            {"id":"mcp_1","type":"mcp_call","status":"failed","server_label":"turnpike","name":"calculate",
             "arguments":"{}","output":null,"error":"No such note.","approval_request_id":null}\
            """);
    }

    @Test
    void callsThatGrowSideBySideEndInTheirOwnOrder() {
        ToolCall first = serverCall("mcp_1", "call_1", "{\"a\":1}");
        ToolCall second = serverCall("mcp_2", "call_2", "{\"b\":2}");
        begin();
        tell(
                opened(serverCall("mcp_1", "call_1", "{}")),
                new RunEvent.ArgumentsDelta("mcp_1", "{\"a\""),
                opened(serverCall("mcp_2", "call_2", "{}")),
                new RunEvent.ArgumentsDelta("mcp_2", "{\"b\""),
                new RunEvent.ArgumentsDelta("mcp_1", ":1}"),
                new RunEvent.ArgumentsDelta("mcp_2", ":2}"),
                new RunEvent.ItemClosed(first),
                new RunEvent.ItemClosed(second),
                new RunEvent.ToolStarted(first),
                new RunEvent.ToolStarted(second),
                new RunEvent.ToolFinished(
                        second, new ToolResult("fco_2", "call_2", "two", Outcome.DONE, Executor.SERVER)),
                new RunEvent.ToolFinished(
                        first, new ToolResult("fco_1", "call_1", "one", Outcome.DONE, Executor.SERVER)),
                ended(Runs.completed()));
        stream.assertRules();
        assertThat(outputIds()).containsExactly("mcp_1", "mcp_2");
        assertThat(stream.events("mcp_call_arguments.delta"))
                .extracting(event -> event.path("output_index").asInt())
                .containsExactly(0, 1, 0, 1);
    }

    @Test
    void theOutputIsInTheOrderInWhichItsItemsBegan() {
        begin();
        tell(
                opened(message("msg_1")),
                text("msg_1", "One."),
                new RunEvent.ItemClosed(message("msg_1", new Part.Text("One."))),
                opened(clientCall("{}")),
                opened(message("msg_2")),
                text("msg_2", "Two."),
                new RunEvent.ItemClosed(message("msg_2", new Part.Text("Two."))),
                new RunEvent.ItemClosed(clientCall("{}")),
                ended(Runs.ended(StopReason.CLIENT_TOOLS)));
        assertThat(outputIds()).containsExactly("msg_1", "fc_1", "msg_2");
    }

    @Test
    void anEmptyAnswerIsAnEmptyMessage() {
        begin();
        tell(opened(message("msg_1")), new RunEvent.ItemClosed(message("msg_1")), ended(Runs.completed()));
        stream.assertRules();
        assertThat(stream.types())
                .containsExactly("created", "in_progress", "output_item.added", "output_item.done", "completed");
    }

    @Test
    void aCutTextIsIncomplete() {
        begin();
        tell(
                opened(message("msg_1")),
                text("msg_1", "Once upon"),
                new RunEvent.ItemClosed(
                        new Message("msg_1", Role.ASSISTANT, List.of(new Part.Text("Once upon")), true)),
                ended(Runs.ended(StopReason.MAX_OUTPUT_TOKENS)));
        stream.assertRules();
        assertThat(stream.only("output_item.done").path("item").path("status").asString())
                .isEqualTo("incomplete");
        assertThat(stream.last().path("type").asString()).isEqualTo("response.incomplete");
        assertJson(stream.last().path("response").path("incomplete_details"), "{\"reason\":\"max_output_tokens\"}");
    }

    @Test
    void aCutCallIsNeverShownAsOneToBeRun() {
        ToolCall ours = serverCall("mcp_1", "call_2", "{\"expr");
        begin();
        tell(
                opened(clientCall("{}")),
                new RunEvent.ArgumentsDelta("fc_1", "{\"q\":"),
                opened(serverCall("mcp_1", "call_2", "{}")),
                new RunEvent.ArgumentsDelta("mcp_1", "{\"expr"),
                new RunEvent.ToolFinished(
                        clientCall("{\"q\":"),
                        new ToolResult("fco_1", "call_1", "Cut.", Outcome.FAILED, Executor.CLIENT)),
                new RunEvent.ToolFinished(
                        ours, new ToolResult("fco_2", "call_2", "Cut.", Outcome.FAILED, Executor.SERVER)),
                ended(Runs.ended(StopReason.MAX_OUTPUT_TOKENS)));
        stream.assertRules();
        assertThat(stream.types()).doesNotContain("function_call_arguments.done", "mcp_call.completed");
        assertThat(stream.events("output_item.done"))
                .extracting(event -> event.path("item").path("status").asString())
                .containsExactly("incomplete", "failed");
    }

    @Test
    void aCallOfOursThatNeverRanIsShownWithWhatItAskedFor() {
        ToolCall call = serverCall("mcp_1", "call_1", "{\"expression\":\"1+2\"}");
        begin();
        tell(
                opened(serverCall("mcp_1", "call_1", "{}")),
                new RunEvent.ArgumentsDelta("mcp_1", "{\"expression\":\"1+2\"}"),
                new RunEvent.ItemClosed(call),
                ended(Runs.ended(StopReason.MAX_STEPS)));
        stream.assertRules();
        JsonNode done = stream.only("output_item.done").path("item");
        assertThat(done.path("status").asString()).isEqualTo("incomplete");
        assertThat(done.path("arguments").asString()).isEqualTo("{\"expression\":\"1+2\"}");
    }

    @Test
    void aFailedRunSaysWhyAndThenThatItFailed() {
        begin();
        tell(
                opened(message("msg_1")),
                text("msg_1", "Once"),
                new RunEvent.ItemClosed(new Message("msg_1", Role.ASSISTANT, List.of(new Part.Text("Once")), true)),
                ended(Runs.failed("upstream_connection", "The provider closed the stream.")));
        stream.assertRules();
        assertThat(stream.types()).endsWith("output_item.done", "error", "failed");
        List<JsonNode> all = stream.events();
        assertJson(all.get(all.size() - 2), """
            {"type":"error","sequence_number":8,"error":{"type":"server_error","code":"upstream_connection",
             "message":"The provider closed the stream.","param":null}}\
            """);
        assertJson(stream.last().path("response").path("error"), """
            {"code":"server_error","message":"The provider closed the stream.",
             "details":{"code":"upstream_connection"}}\
            """);
    }

    @Test
    void aCancelledRunEndsAsIncomplete() {
        begin();
        tell(ended(Runs.ended(StopReason.CANCELLED)));
        stream.assertRules();
        assertThat(stream.last().path("type").asString()).isEqualTo("response.incomplete");
        assertThat(stream.last().path("response").path("status").asString()).isEqualTo("cancelled");
    }

    @Test
    void aStreamThatIsLeftSaysWhereTheRunGoesOn() {
        begin();
        tell(opened(message("msg_1")), text("msg_1", "Once"));
        events.interrupted("handed_over", "The response goes on in the background.");
        assertThat(stream.types()).endsWith("output_text.delta", "error");
        assertThat(stream.last().path("error").path("code").asString()).isEqualTo("handed_over");
        assertThat(stream.hasEnded()).isFalse();
    }

    @Test
    void aCallOfAnEarlierRunIsNoPartOfThisOnesOutput() {
        ToolCall earlier = serverCall("mcp_0", "call_0", "{}");
        begin();
        tell(
                new RunEvent.ToolStarted(earlier),
                new RunEvent.ToolFinished(
                        earlier, new ToolResult("fco_0", "call_0", "3", Outcome.DONE, Executor.SERVER)),
                opened(message("msg_1")),
                text("msg_1", "3"),
                new RunEvent.ItemClosed(message("msg_1", new Part.Text("3"))),
                ended(Runs.completed()));
        stream.assertRules();
        assertThat(outputIds()).containsExactly("msg_1");
    }

    @Test
    void aReplayShowsWhatAReadShows() {
        List<Item> output = List.of(
                new Reasoning("rs_1", "Hm."),
                message("msg_1", new Part.Text("I'll see."), new Part.Refusal("But no.")),
                serverCall("mcp_1", "call_1", "{\"expression\":\"1+2\"}"),
                serverCall("mcp_2", "call_2", "{}"),
                new ToolResult("fco_1", "call_1", "3", Outcome.DONE, Executor.SERVER),
                new ToolResult("fco_2", "call_2", "Lost.", Outcome.UNKNOWN, Executor.SERVER),
                clientCall("{\"half"),
                new ToolResult("fco_3", "call_1x", "Cut.", Outcome.FAILED, Executor.SERVER),
                new Message("msg_2", Role.ASSISTANT, List.of(new Part.Text("Cut")), true));
        Run run = Runs.ended(StopReason.MAX_OUTPUT_TOKENS).build();
        events.begin(run);
        events.happened(run, output);
        stream.assertRules();
        assertThat(stream.last().path("response")).isEqualTo(Requests.MAPPER.readTree(responses.text(run, output)));
        assertThat(stream.types()).containsSubsequence("mcp_call.in_progress", "mcp_call.completed", "mcp_call.failed");
    }

    @Test
    void aReplayOfACutCallNeverShowsItAsOneToBeRun() {
        List<Item> output = List.of(
                clientCall("{\"half"), new ToolResult("fco_1", "call_1", "Cut.", Outcome.FAILED, Executor.CLIENT));
        Run run = Runs.ended(StopReason.MAX_OUTPUT_TOKENS).build();
        events.begin(run);
        events.happened(run, output);
        stream.assertRules();
        assertThat(stream.types()).doesNotContain("function_call_arguments.done");
        assertThat(stream.last().path("response")).isEqualTo(Requests.MAPPER.readTree(responses.text(run, output)));
    }

    @Test
    void aReplayOfEmptyReasoningOpensNoPart() {
        Run run = Runs.completed().build();
        events.begin(run);
        events.happened(run, List.of(new Reasoning("rs_1", "")));
        stream.assertRules();
        assertThat(stream.types())
                .containsExactly("created", "in_progress", "output_item.added", "output_item.done", "completed");
    }

    @Test
    @DisplayName("Row 44: a reader that goes away does not disturb the run")
    void aReaderThatGoesAwayDoesNotDisturbTheRun() {
        stream.breakAfter(3);
        aTextWithoutAReader();
        assertThat(stream.types()).containsExactly("created", "in_progress", "output_item.added");
    }

    private void aTextWithoutAReader() {
        begin();
        tell(
                opened(message("msg_1")),
                text("msg_1", "Hello"),
                new RunEvent.ItemClosed(message("msg_1", new Part.Text("Hello"))),
                ended(Runs.completed()));
    }

    @Test
    @DisplayName("Row 3: odd text is the same in the deltas, the item and the response")
    void oddTextIsTheSameEverywhere() {
        String odd = "\u0000\u001b\u2028\u2029\u202e\uFEFF\uFFFF 😀 \"\\ </script>";
        begin();
        tell(
                opened(message("msg_1")),
                text("msg_1", odd),
                new RunEvent.ItemClosed(message("msg_1", new Part.Text(odd))),
                ended(Runs.completed()));
        stream.assertRules();
        assertThat(stream.only("output_text.delta").path("delta").asString()).isEqualTo(odd);
        assertThat(stream.only("output_text.done").path("text").asString()).isEqualTo(odd);
    }

    private void begin() {
        events.begin(Runs.inProgress().build());
    }

    private void tell(RunEvent... told) {
        List.of(told).forEach(events);
    }

    private List<String> outputIds() {
        return stream.last()
                .path("response")
                .path("output")
                .valueStream()
                .map(item -> item.path("id").asString())
                .toList();
    }

    private static RunEvent opened(Item item) {
        return new RunEvent.ItemOpened(item);
    }

    private static RunEvent text(String item, String text) {
        return new RunEvent.TextDelta(item, text);
    }

    private static RunEvent ended(Runs run) {
        return new RunEvent.Ended(run.build());
    }

    private static Message message(String id, Part... parts) {
        return new Message(id, Role.ASSISTANT, List.of(parts), false);
    }

    private static ToolCall clientCall(String arguments) {
        return new ToolCall("fc_1", "call_1", "ask", arguments, Executor.CLIENT);
    }

    private static ToolCall serverCall(String id, String callId, String arguments) {
        return new ToolCall(id, callId, "calculate", arguments, Executor.SERVER);
    }

    private static void assertJson(JsonNode found, String expected) {
        assertThat(found).isEqualTo(Requests.MAPPER.readTree(expected));
    }
}
