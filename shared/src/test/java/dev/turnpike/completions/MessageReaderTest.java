package dev.turnpike.completions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.conversation.Item.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageReaderTest {
    private static Item.Message message(Role role, String text) {
        return Item.Message.text("", role, text);
    }

    @Test
    void everyRoleHasItsItem() {
        assertThat(Chats.saying("""
            {"role": "system", "content": "Be brief."},
            {"role": "developer", "content": [{"type": "text", "text": "And kind."}]},
            {"role": "user", "content": "Hi."},
            {"role": "assistant", "content": "Hello."},
            {"role": "user", "content": "What is 1 + 1?"}
            """).input())
                .containsExactly(
                        message(Role.SYSTEM, "Be brief."),
                        message(Role.DEVELOPER, "And kind."),
                        message(Role.USER, "Hi."),
                        message(Role.ASSISTANT, "Hello."),
                        message(Role.USER, "What is 1 + 1?"));
    }

    @Test
    void anAssistantsTextAndCallsAreItemsAndSoAreTheirResults() {
        assertThat(Chats.saying("""
            {"role": "user", "content": "Look."},
            {"role": "assistant", "content": "I will.", "refusal": null, "function_call": null, "audio": null,
             "reasoning_content": "Hm.", "annotations": [], "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{\\"at\\":1}"}},
                {"id": "call_2", "type": "function", "function": {"name": "look", "arguments": ""}}]},
            {"role": "tool", "tool_call_id": "call_1", "content": "A tree."},
            {"role": "tool", "tool_call_id": "call_2", "name": "look",
             "content": [{"type": "text", "text": "A "}, {"type": "text", "text": "lake."}]}
            """).input())
                .containsExactly(
                        message(Role.USER, "Look."),
                        message(Role.ASSISTANT, "I will."),
                        new Item.ToolCall("", "call_1", "look", "{\"at\":1}", Executor.CLIENT),
                        new Item.ToolCall("", "call_2", "look", "", Executor.CLIENT),
                        Item.ToolResult.ofClient("", "call_1", "A tree."),
                        Item.ToolResult.ofClient("", "call_2", "A lake."));
    }

    @Test
    void callsWithoutATextAreCallsOnly() {
        String calls =
                "\"tool_calls\":[{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"look\",\"arguments\":\"{}\"}}]";
        for (String content : List.of("\"content\":null,", "\"content\":\"\",", "")) {
            assertThat(Chats.saying("{\"role\":\"assistant\"," + content + calls + "}")
                            .input())
                    .containsExactly(new Item.ToolCall("", "a", "look", "{}", Executor.CLIENT));
        }
    }

    @Test
    void imagesVideosAndRefusalsAreParts() {
        assertThat(Chats.saying("""
            {"role": "user", "content": [
                {"type": "text", "text": "What is it?"},
                {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}},
                {"type": "video_url", "video_url": {"url": "https://example.com/a.mp4"}}]},
            {"role": "assistant", "content": null, "refusal": "No."},
            {"role": "assistant", "content": [
                {"type": "text", "text": "Well."}, {"type": "refusal", "refusal": "No."}]}
            """).input())
                .containsExactly(
                        new Item.Message(
                                "",
                                Role.USER,
                                List.of(
                                        new Part.Text("What is it?"),
                                        new Part.Image("https://example.com/a.png", null),
                                        new Part.Image("data:image/png;base64,iVBORw0KGgo=", "low"),
                                        new Part.Video("https://example.com/a.mp4")),
                                false),
                        new Item.Message("", Role.ASSISTANT, List.of(new Part.Refusal("No.")), false),
                        new Item.Message(
                                "", Role.ASSISTANT, List.of(new Part.Text("Well."), new Part.Refusal("No.")), false));
    }

    @Test
    void whoeverHasANameKeepsIt() {
        assertThat(Chats.saying("""
            {"role": "system", "name": "rules", "content": "Be brief."},
            {"role": "user", "name": "ada", "content": "Hi."},
            {"role": "assistant", "name": "pilot", "content": "Hello."},
            {"role": "user", "name": "", "content": "Hi."}
            """).input())
                .extracting(item -> item instanceof Item.Message message ? message.name() : "?")
                .containsExactly("rules", "ada", "pilot", null);
    }
}
