package dev.turnpike.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Message;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.tokens.Usage;
import dev.turnpike.tool.ToolSpec;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The counter counts one for every character.
final class UsageEstimateTest {
    private final UsageEstimate estimate = new UsageEstimate(String::length);

    @Test
    void everythingThatIsSentAndWrittenIsCounted() {
        List<Item> items = List.of(
                Message.text("msg_1", Role.USER, "12345"),
                new Item.ToolCall("fc_1", "c", "now", "{}", Executor.SERVER),
                new Item.ToolResult("fco_1", "c", "1234567", Outcome.DONE, Executor.SERVER),
                new Item.Reasoning("rs_1", "not sent"));
        String tool = "{\"type\":\"function\",\"function\":"
                + "{\"name\":\"now\",\"description\":\"tells\",\"parameters\":{}}}\n";

        Usage usage = estimate.of(request("123", items, List.of(new ToolSpec("now", "tells", null, null))), "12");

        assertThat(usage).isEqualTo(Usage.estimated(3 + (4 + 3 + tool.length()) + (4 + 5) + (12 + 5) + (4 + 7), 2));
    }

    @Test
    void anImageCountsByItsDetailAndNotByTheLengthOfItsUrl() {
        var images = new Message(
                "msg_1",
                Role.USER,
                List.of(new Part.Image("data:image/png;base64,AAAA", "low"), new Part.Image("https://x.test/a", null)),
                false);

        assertThat(estimate.of(request(null, List.of(images), List.of()).of("gpt-4o"), "")
                        .inputTokens())
                .isEqualTo(3 + 4 + 85 + 765);
    }

    @Test
    void aVideoCountsByItsSizeAndALinkedOneAsHalfAMinute() {
        var videos = new Message(
                "msg_1",
                Role.USER,
                List.of(
                        new Part.Video("https://x.test/a.mp4"),
                        new Part.Video("data:video/mp4;base64," + "A".repeat(166_666 * 3))),
                false);

        assertThat(estimate.of(request(null, List.of(videos), List.of()), "").inputTokens())
                .isEqualTo(3 + 4 + 30 * 300 + 4 * 300);
    }

    @Test
    void theBoundsAreNeverLessThanTheCountAndTheCheapOneCountsNothing() {
        var uncounted = new UsageEstimate(_ -> {
            throw new AssertionError("a token was counted");
        });
        var image = new Message("msg_2", Role.USER, List.of(new Part.Image("https://x.test/a", null)), false);
        var tool = new ToolSpec("now", "tells", "{\"type\":\"object\"}", null);
        for (List<Item> items : List.of(
                List.<Item>of(), List.<Item>of(Message.text("msg_1", Role.USER, "Grüße")), List.<Item>of(image))) {
            ModelRequest request = request("Be brief.", items, List.of(tool));

            long counted = estimate.of(request, "").inputTokens();

            assertThat(estimate.most(request)).isGreaterThan(counted);
            assertThat(uncounted.cheapMost(request)).isGreaterThanOrEqualTo(estimate.most(request));
        }
    }

    private static ModelRequest request(@Nullable String instructions, List<Item> items, List<ToolSpec> tools) {
        return new ModelRequest("harbour-2", instructions, items, tools, ToolChoice.AUTO, true, 50, Map.of());
    }
}
