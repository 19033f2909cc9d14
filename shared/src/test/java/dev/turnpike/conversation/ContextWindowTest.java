package dev.turnpike.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.ContextWindow.Fit;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.conversation.Item.Role;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// One character is one token here; every message costs four more, and three stand before the answer.
class ContextWindowTest {
    private static final String MODEL = "harbour-2";

    private final ContextWindow window = new ContextWindow(String::length);

    @Test
    void aShortContextIsTakenWithoutCounting() {
        var uncounted = new ContextWindow(_ -> {
            throw new AssertionError("a token was counted");
        });
        List<Item> items = messages(20, 100);

        assertThat(uncounted.fit(MODEL, items, 1, 100, List.of("Be brief."), ContextWindowTest::notAsked))
                .isEqualTo(new Fit(items, false, true));
    }

    @Test
    void theNewestItemsThatFitAreTaken() {
        List<Item> items = messages(10, 996);

        Fit fit = window.fit(MODEL, items, 1, 100, List.of(), () -> 3_003);

        assertThat(fit).isEqualTo(new Fit(items.subList(7, 10), true, true));
    }

    @Test
    void whatIsSentInAnyCaseCountsToo() {
        List<Item> items = messages(10, 996);

        assertThat(window.fit(MODEL, items, 1, 100, List.of("x".repeat(999), "y"), () -> 4_011)
                        .items())
                .hasSize(3);
    }

    @Test
    void aVeryLongTextIsJudgedByItsFirstCharacters() {
        var bounded = new ContextWindow(text -> {
            assertThat(text.length()).isLessThanOrEqualTo(100_000);
            return text.length() / 4;
        });
        List<Item> items = List.of(Item.Message.text("msg", Role.USER, "x".repeat(5_000_000)));

        assertThat(bounded.fit(MODEL, items, 1, 100, List.of(), () -> 1_250_000).fits())
                .isFalse();
        assertThat(bounded.fit(MODEL, items, 1, 100, List.of(), () -> 1_250_007).fits())
                .isTrue();
    }

    @Test
    void notMoreItemsAreTakenThanAllowed() {
        List<Item> items = messages(10, 10);

        assertThat(window.fit(MODEL, items, 1, 4, List.of(), ContextWindowTest::notAsked))
                .isEqualTo(new Fit(items.subList(6, 10), true, true));
    }

    @Test
    void whatMustStayStaysEvenIfItIsMoreThanAllowed() {
        List<Item> items = messages(10, 10);

        assertThat(window.fit(MODEL, items, 7, 4, List.of(), ContextWindowTest::notAsked)
                        .items())
                .hasSize(7);
    }

    @Test
    void itDoesNotFitWhenWhatMustStayIsTooMuch() {
        List<Item> items = messages(10, 996);

        assertThat(window.fit(MODEL, items, 3, 100, List.of(), () -> 3_002).fits())
                .isFalse();
        assertThat(window.fit(MODEL, items, 3, 100, List.of(), () -> 3_003).fits())
                .isTrue();
        assertThat(window.fit(MODEL, items, 3, 100, List.of("x".repeat(5_000)), () -> 4_011)
                        .fits())
                .isFalse();
    }

    @Test
    void aResultDoesNotStayWithoutItsCall() {
        List<Item> items =
                List.of(call("a"), call("b"), result("a", 1_000), result("b", 1_100), message(1_000), message(1_000));

        Fit fit = window.fit(MODEL, items, 1, 100, List.of(), () -> 3_200);

        assertThat(fit.items()).containsExactly(items.get(4), items.get(5));
        assertThat(fit.dropped()).isTrue();
    }

    @Test
    void aCallAndItsResultStayTogether() {
        List<Item> items = List.of(message(3_000), call("a"), result("a", 1_000), message(1_000));

        assertThat(window.fit(MODEL, items, 1, 100, List.of(), () -> 3_003).items())
                .containsExactlyElementsOf(items.subList(1, 4));
    }

    @Test
    void anImageOfUnknownSizeWeighsWhatASquareOneDoes() {
        var image = new Item.Message(
                "msg_1",
                Role.USER,
                List.of(new Part.Image("data:image/png;base64," + "A".repeat(50_000), null)),
                false);

        assertThat(window.tokens("gpt-4o").of(image)).isEqualTo(4 + 765);
    }

    @Test
    void reasoningWeighsNothingForItIsNotSent() {
        assertThat(window.tokens(MODEL).of(new Item.Reasoning("rs_1", "x".repeat(10_000))))
                .isZero();
    }

    @Test
    void aRefusalAndACallWeighWhatTheySay() {
        var refusal = new Item.Message("msg_1", Role.ASSISTANT, List.of(new Part.Refusal("No, no.")), false);

        assertThat(window.tokens(MODEL).of(refusal)).isEqualTo(4 + 7);
        assertThat(window.tokens(MODEL).of(call("a"))).isEqualTo(12 + 4 + 2);
    }

    @Test
    void nothingFitsNothing() {
        assertThat(window.fit(MODEL, List.of(), 0, 100, List.of(), ContextWindowTest::notAsked))
                .isEqualTo(new Fit(List.of(), false, true));
    }

    private static long notAsked() {
        throw new AssertionError("the budget was asked for");
    }

    private static List<Item> messages(int count, int length) {
        return IntStream.range(0, count).mapToObj(_ -> message(length)).toList();
    }

    private static Item message(int length) {
        return Item.Message.text("msg_1", Role.USER, "x".repeat(length));
    }

    private static Item call(String callId) {
        return new Item.ToolCall("fc_" + callId, callId, "look", "{}", Executor.SERVER);
    }

    private static Item result(String callId, int length) {
        return new Item.ToolResult("fco_" + callId, callId, "x".repeat(length), Outcome.DONE, Executor.SERVER);
    }
}
