package dev.turnpike.engine;

import static dev.turnpike.fake.ScriptedModel.Script.call;
import static dev.turnpike.fake.ScriptedModel.Script.calls;
import static dev.turnpike.fake.ScriptedModel.Script.fails;
import static dev.turnpike.fake.ScriptedModel.Script.says;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import dev.turnpike.conversation.Conversation.ForkPoint;
import dev.turnpike.conversation.Item;
import dev.turnpike.fake.CountedTool;
import dev.turnpike.fake.Invariants;
import dev.turnpike.fake.Workbench;
import dev.turnpike.ledger.LedgerRow;
import dev.turnpike.model.ModelException.Kind;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.ToolChoice;
import dev.turnpike.run.Run;
import dev.turnpike.run.RunStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The older part of a long conversation gives way to a summary. The bench's counter takes each character for a token.
class CompactionTest {
    private static final String WHEN_LONG = """
        "context_management": [{"type": "compaction", "compact_threshold": 2000}]\
        """;

    private final CountedTool look = CountedTool.readOnly("look");
    private final Workbench bench = new Workbench(look);

    @AfterEach
    void theInvariantsHold() {
        Invariants.check(bench.store);
    }

    @Test
    void aShortConversationIsLeftAsItIs() {
        Run run = turn(null, "Hello");

        assertThat(kinds(bench.output(run))).containsExactly("Message");
        assertThat(bench.model.requests()).hasSize(1);
    }

    @Test
    void aLongOneIsSummarisedBeforeTheModelAnswers() {
        Run first = turn(null, "My name is Ada. " + "x".repeat(1_500));
        bench.model.plays(says("Ada said x."), says("You are Ada."));

        Run second = turn(first, "Who am I? " + "y".repeat(500));

        assertThat(second.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(kinds(bench.output(second))).containsExactly("Compaction", "Message");
        Item.Compaction summary = (Item.Compaction) bench.output(second).getFirst();
        assertThat(summary.summary()).isEqualTo("Ada said x.");
        assertThat(summary.latestRequest()).startsWith("Who am I?");
        assertThat(summary.kept()).isOne();
        assertThat(kinds(shown())).containsExactly("Compaction", "Message");
        assertThat(said(shown().getLast())).startsWith("Who am I?");
    }

    @Test
    void theSummaryIsAskedForAsTheConversationIsContinued() {
        Run first = turn(null, "My name is Ada. " + "x".repeat(2_500));
        ModelRequest before = bench.model.requests().getLast();

        turn(first, "Who am I?");

        ModelRequest asked = bench.model.requests().get(1);
        assertThat(asked.tools()).isEqualTo(before.tools());
        assertThat(asked.instructions()).isEqualTo(before.instructions());
        assertThat(asked.toolChoice()).isEqualTo(new ToolChoice.None());
        assertThat(asked.items().getFirst()).isEqualTo(before.items().getFirst());
        assertThat(said(asked.items().getLast())).contains("Write a summary");
        assertThat(asked.items())
                .noneMatch(item ->
                        item instanceof Item.Message message && message.text().equals("Who am I?"));
    }

    @Test
    void aSummaryIsAStepThatIsPaidFor() {
        Run first = turn(null, "x".repeat(2_500));

        Run second = turn(first, "Go on.");

        assertThat(bench.store.ledger(second.key()))
                .extracting(LedgerRow::step, LedgerRow::state)
                .containsExactly(tuple(0, LedgerRow.State.SETTLED), tuple(1, LedgerRow.State.SETTLED));
        assertThat(second.spent().inputTokens()).isEqualTo(200);
        assertThat(second.step()).isEqualTo(2);
    }

    @Test
    void laterRunsGoOnFromTheSummary() {
        Run first = turn(null, "x".repeat(2_500));
        bench.model.plays(says("All x."), says("Fine."), says("Sure."));
        Run second = turn(first, "Go on.");

        turn(second, "And now?");

        assertThat(bench.model.requests()).hasSize(4);
        assertThat(kinds(shown())).containsExactly("Compaction", "Message", "Message", "Message", "Message");
        assertThat(shown().stream().map(CompactionTest::said))
                .containsExactly("", "Hello.", "Go on.", "Fine.", "And now?");
    }

    @Test
    void aSummaryGoesIntoTheNextOne() {
        Run first = turn(null, "x".repeat(2_500));
        bench.model.plays(says("All x."), says("Fine."), says("All x, then y."), says("Good."));
        Run second = turn(first, "Go on.");

        Run third = turn(second, "y".repeat(2_500));
        Run fourth = turn(third, "Still there?");

        assertThat(kinds(bench.output(third))).containsExactly("Compaction", "Message");
        assertThat(kinds(bench.output(fourth))).containsExactly("Compaction", "Message");
        ModelRequest asked = bench.model.requests().get(3);
        assertThat(asked.items().getFirst())
                .isInstanceOfSatisfying(
                        Item.Compaction.class,
                        summary -> assertThat(summary.summary()).isEqualTo("All x."));
    }

    @Test
    void aForkFromBeforeTheSummaryDoesNotSeeIt() {
        Run first = turn(null, "My name is Ada. " + "x".repeat(2_500));
        turn(first, "Go on.");

        bench.call("{\"input\": \"Who am I?\", \"previous_response_id\": \""
                + first.key().responseId() + "\"}");

        assertThat(kinds(shown())).containsExactly("Message", "Message", "Message");
    }

    @Test
    void inTheMiddleOfARunTheNewestCallStaysWithItsResult() {
        String long_ = "{\"a\": \"" + "z".repeat(1_500) + "\"}";
        bench.model.plays(call("look", long_), call("look", long_), says("Looked twice."), says("Done."));

        Run run = turn(null, "Look around.");

        assertThat(kinds(bench.output(run)))
                .containsExactly("ToolCall", "ToolResult", "ToolCall", "ToolResult", "Compaction", "Message");
        assertThat(kinds(shown())).containsExactly("Compaction", "ToolCall", "ToolResult");
        assertThat(((Item.Compaction) shown().getFirst()).latestRequest()).isEqualTo("Look around.");
        assertThat(bench.said(run)).isEqualTo("Done.");
    }

    @Test
    void whatIsNewAndLongIsNotSummarisedAgainAndAgain() {
        bench.model.plays(calls("look"), says("Done."));

        Run run = turn(null, "x".repeat(5_000));

        assertThat(kinds(bench.output(run))).containsExactly("ToolCall", "ToolResult", "Compaction", "Message");
        assertThat(run.step()).isEqualTo(4);
    }

    @Test
    void moreMessagesThanAModelIsShownAreSummarisedToo() {
        String messages = "{\"role\": \"user\", \"content\": \"a\"},".repeat(110);
        bench.call("{\"input\": [" + messages.substring(0, messages.length() - 1) + "], " + WHEN_LONG + "}");

        Run run = bench.only();
        assertThat(kinds(bench.output(run))).containsExactly("Compaction", "Message");
        assertThat(((Item.Compaction) bench.output(run).getFirst()).kept()).isEqualTo(25);
    }

    @Test
    void whereNothingMayBeLeftOutASummaryMakesItFit() {
        Run first = turn(null, "x".repeat(2_500));
        bench.model.plays(says("All x."), says("Fine."));

        bench.call("{\"input\": \"Go on.\", \"truncation\": \"disabled\", \"previous_response_id\": \""
                + first.key().responseId() + "\", " + WHEN_LONG + "}");

        assertThat(kinds(shown())).containsExactly("Compaction", "Message", "Message");
    }

    @Test
    void aForcedCallIsStillForcedAfterASummary() {
        Run first = turn(null, "x".repeat(2_500));
        bench.model.plays(says("All x."), calls("look"), says("Seen."));

        bench.call("{\"input\": \"Go on.\", \"tool_choice\": \"required\", \"previous_response_id\": \""
                + first.key().responseId() + "\", " + WHEN_LONG + "}");

        assertThat(bench.model.requests().stream().map(ModelRequest::toolChoice))
                .containsExactly(ToolChoice.AUTO, new ToolChoice.None(), new ToolChoice.Required(), ToolChoice.AUTO);
    }

    @Test
    void aModelThatFailsAtItEndsTheRunWithItsError() {
        Run first = turn(null, "x".repeat(2_500));
        bench.model.plays(fails(Kind.REFUSED));

        Run second = turn(first, "Go on.");

        assertThat(second.status()).isEqualTo(RunStatus.FAILED);
        assertThat(bench.output(second)).isEmpty();
    }

    @Test
    void aModelThatWritesNothingEndsTheRun() {
        Run first = turn(null, "x".repeat(2_500));
        bench.model.plays(says());

        Run second = turn(first, "Go on.");

        assertThat(second.status()).isEqualTo(RunStatus.FAILED);
        assertThat(second.error()).isNotNull();
        assertThat(bench.store.ledger(second.key())).hasSize(1);
    }

    @Test
    void afterACrashTheSummaryIsNotMadeAgain() {
        Run first = turn(null, "x".repeat(2_500));
        bench.model.plays(says("All x."), says("Never heard.").dying(), says("Fine."));
        Run second = bench.post("{\"input\": \"Go on.\", \"background\": true, \"previous_response_id\": \""
                + first.key().responseId() + "\", " + WHEN_LONG + "}");

        bench.work();
        bench.recover();

        assertThat(kinds(bench.output(bench.now(second)))).containsExactly("Compaction", "Message");
        assertThat(bench.said(second)).isEqualTo("Fine.");
        assertThat(bench.model.requests()).hasSize(4);
    }

    @Test
    void noMoreOfThePastIsReadThanTheSummaryLeaves() {
        Run first = turn(null, "x".repeat(2_500));
        bench.model.plays(says("All x."), says("Fine."));
        Run second = turn(first, "Go on.");
        var contexts = new ContextLoader(bench.store, 3);

        List<Item> past = contexts.past(
                second.key().conversation().tenant(),
                new ForkPoint(second.key().conversation().id(), second.endSeq()));

        assertThat(kinds(past)).containsExactly("Message", "Compaction", "Message");
    }

    private Run turn(@Nullable Run before, String input) {
        String previous = before == null
                ? ""
                : ", \"previous_response_id\": \"" + before.key().responseId() + "\"";
        Outcome outcome = bench.call("{\"input\": \"" + input + "\"" + previous + ", " + WHEN_LONG + "}");
        assertThat(outcome).isInstanceOf(Outcome.Ended.class);
        return ((Outcome.Ended) outcome).run();
    }

    private List<Item> shown() {
        return bench.model.requests().getLast().items();
    }

    private static String said(Item item) {
        return item instanceof Item.Message message ? message.text() : "";
    }

    private static List<String> kinds(List<Item> items) {
        return items.stream().map(item -> item.getClass().getSimpleName()).toList();
    }
}
