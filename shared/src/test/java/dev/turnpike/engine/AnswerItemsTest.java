package dev.turnpike.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.calls.CallRules;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.CountingIds;
import dev.turnpike.fake.Workbench;
import dev.turnpike.model.StreamEvent;
import dev.turnpike.policy.AnswerImages;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunEvent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnswerItemsTest {
    private static final String ASKING = """
        {"input": "Hi", "tools": [{"type": "mcp", "server_label": "turnpike",
         "require_approval": {"always": {"tool_names": ["pay"]}}}]}
        """;

    private final Workbench bench = new Workbench(CountedTool.readOnly("look"), CountedTool.once("pay"));
    private final Run run = bench.post(ASKING);
    private final String conversation = run.key().conversation().id();
    private final List<RunEvent> told = new ArrayList<>();
    private final AnswerItems answer = new AnswerItems(
            new CountingIds(), 7, new CallRules(bench.tools, run), AnswerImages.any(), "taken"::equals, told::add);

    @Test
    void piecesOfTextBecomeOneMessage() {
        receive(new StreamEvent.TextDelta("Good "), new StreamEvent.TextDelta("day."));

        assertThat(answer.close(false)).singleElement().isInstanceOfSatisfying(Item.Message.class, message -> {
            assertThat(message.text()).isEqualTo("Good day.");
            assertThat(message.parts()).hasSize(1);
            assertThat(message.incomplete()).isFalse();
            assertThat(message.id()).startsWith("msg_" + conversation + "_0000000007");
        });
    }

    @Test
    void everyChangeOfKindBeginsAnItemInItsPlace() {
        receive(
                new StreamEvent.ReasoningDelta("Hm."),
                new StreamEvent.TextDelta("I look."),
                new StreamEvent.ToolCallStarted(0, "a", "look"),
                new StreamEvent.TextDelta("Looking."));

        assertThat(answer.close(false))
                .extracting(
                        item -> item.id().substring(0, item.id().length() - 16).replace(conversation + "_", ""))
                .containsExactly("rs_0000000007", "msg_0000000008", "mcp_0000000009", "msg_0000000010");
    }

    @Test
    void aCallThatAPersonMustAllowIsARequestAfterAllElse() {
        receive(
                new StreamEvent.ToolCallStarted(0, "a", "pay"),
                new StreamEvent.ToolCallStarted(1, "b", "look"),
                new StreamEvent.ToolCallDelta(0, "{\"sum\":"),
                new StreamEvent.ToolCallDelta(1, "{}"),
                new StreamEvent.ToolCallDelta(0, " 7}"));

        List<Item> items = answer.close(false);

        assertThat(items)
                .extracting(
                        item -> item.id().substring(0, item.id().length() - 16).replace(conversation + "_", ""))
                .containsExactly("mcp_0000000007", "mcpr_0000000008");
        assertThat(items.getLast()).isInstanceOfSatisfying(Item.ApprovalRequest.class, request -> {
            assertThat(request.name()).isEqualTo("pay");
            assertThat(request.arguments()).isEqualTo("{\"sum\": 7}");
        });
        assertThat(told.subList(told.size() - 2, told.size()))
                .containsExactly(new RunEvent.ItemOpened(items.getLast()), new RunEvent.ItemClosed(items.getLast()));
        assertThat(told.stream().filter(RunEvent.ArgumentsDelta.class::isInstance))
                .hasSize(1);
    }

    @Test
    void aCutAnswerAsksForNoApproval() {
        receive(new StreamEvent.ToolCallStarted(0, "a", "pay"), new StreamEvent.ToolCallDelta(0, "{\"su"));

        assertThat(answer.close(true)).isEmpty();
        assertThat(told).isEmpty();
    }

    @Test
    void textAndRefusalArePartsOfOneMessage() {
        receive(
                new StreamEvent.TextDelta("Well, "),
                new StreamEvent.TextDelta("well."),
                new StreamEvent.RefusalDelta("No."),
                new StreamEvent.TextDelta("Sorry."));

        assertThat(answer.close(false))
                .singleElement()
                .isInstanceOfSatisfying(
                        Item.Message.class,
                        message -> assertThat(message.parts())
                                .containsExactly(
                                        new Part.Text("Well, well."),
                                        new Part.Refusal("No."),
                                        new Part.Text("Sorry.")));
    }

    @Test
    void callsGrowSideBySide() {
        receive(
                new StreamEvent.ToolCallStarted(0, "a", "look"),
                new StreamEvent.ToolCallStarted(1, "b", "locate"),
                new StreamEvent.ToolCallDelta(1, "{\"b\":"),
                new StreamEvent.ToolCallDelta(0, "{}"),
                new StreamEvent.ToolCallDelta(1, "1}"),
                new StreamEvent.ToolCallDelta(5, "of no call"));

        assertThat(answer.close(false))
                .containsExactly(
                        new Item.ToolCall(id(0), "a", "look", "{}", Executor.SERVER),
                        new Item.ToolCall(id(1), "b", "locate", "{\"b\":1}", Executor.CLIENT));
    }

    @Test
    void aCallWithoutArgumentsHasNone() {
        receive(new StreamEvent.ToolCallStarted(0, "a", "look"));

        assertThat(answer.close(false))
                .singleElement()
                .isInstanceOfSatisfying(
                        Item.ToolCall.class,
                        call -> assertThat(call.arguments()).isEqualTo("{}"));
    }

    @Test
    void aCallIdThatTheConversationHasIsReplaced() {
        receive(new StreamEvent.ToolCallStarted(0, "taken", "look"));

        assertThat(answer.close(false))
                .singleElement()
                .isInstanceOfSatisfying(
                        Item.ToolCall.class,
                        call -> assertThat(call.callId()).startsWith("call_").isNotEqualTo("taken"));
    }

    @Test
    void anEmptyAnswerIsAnEmptyMessage() {
        assertThat(answer.started()).isFalse();
        assertThat(answer.close(false))
                .singleElement()
                .isInstanceOfSatisfying(
                        Item.Message.class,
                        message -> assertThat(message.parts()).isEmpty());
        assertThat(told).hasSize(2);
    }

    @Test
    void nothingIsMadeOfAnAnswerThatWasCutBeforeItBegan() {
        assertThat(answer.close(true)).isEmpty();
        assertThat(told).isEmpty();
    }

    @Test
    void aCutMessageSaysSo() {
        receive(new StreamEvent.TextDelta("Half"));

        assertThat(answer.close(true))
                .singleElement()
                .isInstanceOfSatisfying(
                        Item.Message.class,
                        message -> assertThat(message.incomplete()).isTrue());
    }

    @Test
    void everyCallOfACutAnswerIsAnsweredWithoutBeingRun() {
        receive(
                new StreamEvent.ToolCallStarted(0, "a", "look"),
                new StreamEvent.ToolCallDelta(0, "{\"half"),
                new StreamEvent.ToolCallStarted(1, "b", "locate"));

        List<Item> items = answer.close(true);

        assertThat(items).hasSize(4);
        assertThat(items.subList(2, 4))
                .allSatisfy(item -> assertThat(item)
                        .isInstanceOfSatisfying(
                                Item.ToolResult.class,
                                result -> assertThat(result.outcome()).isEqualTo(Outcome.FAILED)));
        assertThat(items.subList(2, 4))
                .extracting(item -> ((Item.ToolResult) item).callId())
                .containsExactly("a", "b");
        assertThat(items.get(3).id()).startsWith("fco_" + conversation + "_0000000010");
    }

    @Test
    void theWatcherSeesEveryItemOpenOnceAndCloseOnce() {
        receive(
                new StreamEvent.TextDelta("One."),
                new StreamEvent.ToolCallStarted(0, "a", "look"),
                new StreamEvent.TextDelta("Two."),
                new StreamEvent.ReasoningDelta("Three."));

        List<Item> items = answer.close(false);

        assertThat(told.stream()
                        .filter(RunEvent.ItemOpened.class::isInstance)
                        .map(event -> ((RunEvent.ItemOpened) event).item().id()))
                .containsExactlyElementsOf(items.stream().map(Item::id).toList());
        assertThat(told.stream()
                        .filter(RunEvent.ItemClosed.class::isInstance)
                        .map(event -> ((RunEvent.ItemClosed) event).item()))
                .containsExactlyInAnyOrderElementsOf(items);
    }

    private void receive(StreamEvent... events) {
        List.of(events).forEach(answer);
    }

    /// Ids of items are made in the order in which they open.
    private String id(int index) {
        String prefix = index == 0 ? "mcp" : "fc";
        return "%s_%s_%010d%016d".formatted(prefix, conversation, 7 + index, 1 + index);
    }
}
