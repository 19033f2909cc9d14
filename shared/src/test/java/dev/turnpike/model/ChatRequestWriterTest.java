package dev.turnpike.model;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import dev.turnpike.tool.ToolSpec;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class ChatRequestWriterTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final ToolSpec TIDES =
            new ToolSpec("tide_times", "When the sea is low.", "{\"type\":\"object\"}", true);

    @Test
    void aRequestStreamsAsksForUsageAndIsNeverUnlimited() {
        assertThat(written(request(List.of(user("When?"))))).isEqualTo(json("""
            {"model": "harbour-2", "stream": true, "stream_options": {"include_usage": true}, "max_tokens": 50,
             "messages": [{"role": "user", "content": "When?"}]}\
            """));
    }

    @Test
    void openAiHasAnotherNameForTheOutputLimit() {
        byte[] body =
                new ChatRequestWriter(Dialect.of(URI.create("https://API.openai.com/v1"))).write(request(List.of()));

        assertThat(MAPPER.readTree(body).has("max_tokens")).isFalse();
        assertThat(MAPPER.readTree(body).path("max_completion_tokens").asInt()).isEqualTo(50);
    }

    @Test
    void furtherParametersPassAsTheyAreButNoneReplacesOurs() {
        var parameters = Map.of("seed", "7", "stop", "[\"a\"]", "stream", "false", "n", "9", "max_tokens", "1000000");

        JsonNode body = written(
                new ModelRequest("harbour-2", null, List.of(), List.of(), ToolChoice.AUTO, true, 50, parameters));

        assertThat(body).isEqualTo(json("""
            {"model": "harbour-2", "stream": true, "stream_options": {"include_usage": true}, "max_tokens": 50,
             "seed": 7, "stop": ["a"], "messages": []}\
            """));
    }

    @Test
    void whatOpenAiHasAddedForItselfIsSentToNobodyElse() {
        var parameters =
                Map.of("prompt_cache_key", "\"k\"", "prompt_cache_retention", "\"24h\"", "safety_identifier", "\"s\"");
        var request = new ModelRequest("harbour-2", null, List.of(), List.of(), ToolChoice.AUTO, true, 50, parameters);

        JsonNode toOpenAi = json(new String(new ChatRequestWriter(Dialect.OPENAI).write(request), UTF_8));

        assertThat(toOpenAi.path("prompt_cache_key").asString()).isEqualTo("k");
        assertThat(toOpenAi.path("prompt_cache_retention").asString()).isEqualTo("24h");
        assertThat(toOpenAi.path("safety_identifier").asString()).isEqualTo("s");
        assertThat(written(request).propertyNames()).doesNotContainAnyElementsOf(parameters.keySet());
    }

    @Test
    void aSummaryIsTheUsersAccountOfWhatCameBefore() {
        var summary = new Item.Compaction("cmp_1", "They like tea.", "More tea?", 1);

        assertThat(written(request(List.of(summary))).path("messages")).isEqualTo(json("""
            [{"role": "user", "content": "Summary of our conversation up to this point:\\n\\nThey like tea.\\n\\nMy latest request, word for word:\\n\\nMore tea?"}]\
            """));
        assertThat(written(request(List.of(summary, user("More tea?")))).path("messages"))
                .as("the request follows by itself")
                .isEqualTo(json("""
                    [{"role": "user", "content": "Summary of our conversation up to this point:\\n\\nThey like tea."},
                     {"role": "user", "content": "More tea?"}]\
                    """));
    }

    @Test
    void aDraftIsShownWithWhatIsWrongWithIt() {
        assertThat(written(request(List.of(user("Who?"), new Item.Draft("msg_1", "[", "It is no object."))))
                        .path("messages"))
                .isEqualTo(json("""
                    [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": "["},
                     {"role": "user", "content": "It is no object."}]\
                    """));
    }

    @Test
    void imagesOfToolsFollowAllResultsOfTheirTurn() {
        List<Item> items = List.of(
                new Item.ToolCall("fc_1", "call_1", "draw", "{}", Item.Executor.CLIENT),
                new Item.ToolCall("fc_2", "call_2", "name", "{}", Item.Executor.CLIENT),
                new Item.ToolCall("fc_3", "call_3", "paint", "{}", Item.Executor.CLIENT),
                Item.ToolResult.ofClient(
                        "fco_1",
                        "call_1",
                        List.of(new Part.Text("A cat."), new Part.Image("https://x.test/cat", "low"))),
                Item.ToolResult.ofClient("fco_2", "call_2", "Tom"),
                Item.ToolResult.ofClient("fco_3", "call_3", List.of(new Part.Image("https://x.test/dog", null))),
                user("Well?"));

        JsonNode messages = written(request(items)).path("messages");

        assertThat(messages.valueStream().skip(1).toList())
                .containsExactlyElementsOf(json("""
                    [{"role": "tool", "tool_call_id": "call_1", "content": "A cat."},
                     {"role": "tool", "tool_call_id": "call_2", "content": "Tom"},
                     {"role": "tool", "tool_call_id": "call_3", "content": "The result follows in the next message."},
                     {"role": "user", "content": [
                       {"type": "text", "text": "The result of draw (call_1) has:"},
                       {"type": "image_url", "image_url": {"url": "https://x.test/cat", "detail": "low"}},
                       {"type": "text", "text": "The result of paint (call_3) has:"},
                       {"type": "image_url", "image_url": {"url": "https://x.test/dog"}}]},
                     {"role": "user", "content": "Well?"}]\
                    """).valueStream().toList());
    }

    @Test
    void aFileOfTextIsReadOutAndAPdfIsPassedOn() {
        var files = new Message(
                "",
                Role.USER,
                List.of(new Part.File("a.txt", "data:text/plain;base64,SGk="), new Part.File("b.pdf", "JVBERi0xLjc=")),
                false);

        assertThat(written(request(List.of(files))).path("messages")).isEqualTo(json("""
            [{"role": "user", "content": [
              {"type": "text", "text": "File a.txt:\\n\\nHi"},
              {"type": "file", "file": {"filename": "b.pdf", "file_data": "data:application/pdf;base64,JVBERi0xLjc="}}]}]\
            """));
    }

    @Test
    void toolsAreDeclaredWithTheirSchemaAndTheChoice() {
        var bare = new ToolSpec("now", null, null, null);

        JsonNode body = written(withTools(List.of(TIDES, bare), new ToolChoice.Named("now"), false));

        assertThat(body.get("tools")).isEqualTo(json("""
            [{"type": "function", "function": {"name": "tide_times", "description": "When the sea is low.",
              "parameters": {"type": "object"}, "strict": true}},
             {"type": "function", "function": {"name": "now"}}]\
            """));
        assertThat(body.get("tool_choice"))
                .isEqualTo(json("{\"type\": \"function\", \"function\": {\"name\": \"now\"}}"));
        assertThat(body.get("parallel_tool_calls")).isEqualTo(json("false"));
    }

    @Test
    void everyToolChoiceHasItsWord() {
        assertThat(choice(ToolChoice.AUTO)).isEqualTo("auto");
        assertThat(choice(new ToolChoice.None())).isEqualTo("none");
        assertThat(choice(new ToolChoice.Required())).isEqualTo("required");
    }

    @Test
    void withoutToolsNothingIsSaidOfThem() {
        JsonNode body = written(withTools(List.of(), new ToolChoice.Required(), false));

        assertThat(body.propertyNames()).doesNotContain("tools", "tool_choice", "parallel_tool_calls");
    }

    @Test
    void instructionsSystemAndDeveloperMessagesAreSystemMessages() {
        List<Item> items = List.of(
                Message.text("msg_1", Role.SYSTEM, "Be brief."), Message.text("msg_2", Role.DEVELOPER, "Be kind."));

        assertThat(messages("Be true.", items)).isEqualTo(json("""
            [{"role": "system", "content": "Be true."}, {"role": "system", "content": "Be brief."},
             {"role": "system", "content": "Be kind."}]\
            """));
    }

    @Test
    void imagesAndVideosArePartsAndRefusalsAreText() {
        var question = new Message(
                "msg_1",
                Role.USER,
                List.of(
                        new Part.Text("What is it?"),
                        new Part.Image("https://x.test/a.png", "low"),
                        new Part.Image("data:image/png;base64,AA==", null),
                        new Part.Video("https://x.test/a.mp4")),
                false);
        var answer =
                new Message("msg_2", Role.ASSISTANT, List.of(new Part.Text("I "), new Part.Refusal("won't.")), false);

        assertThat(messages(null, List.of(question, answer))).isEqualTo(json("""
            [{"role": "user", "content": [
               {"type": "text", "text": "What is it?"},
               {"type": "image_url", "image_url": {"url": "https://x.test/a.png", "detail": "low"}},
               {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
               {"type": "video_url", "video_url": {"url": "https://x.test/a.mp4"}}]},
             {"role": "assistant", "content": "I won't."}]\
            """));
    }

    @Test
    void whoeverHasANameKeepsIt() {
        var ada = new Message("msg_1", Role.USER, List.of(new Part.Text("Mine?")), false, "ada");
        var pilot = new Message("msg_2", Role.ASSISTANT, List.of(new Part.Text("Yours.")), false, "pilot");

        assertThat(messages(null, List.of(ada, pilot, user("And mine?")))).isEqualTo(json("""
            [{"role": "user", "name": "ada", "content": "Mine?"},
             {"role": "assistant", "name": "pilot", "content": "Yours."},
             {"role": "user", "content": "And mine?"}]\
            """));
    }

    @Test
    void anAssistantsTextAndCallsAreOneMessageAndTheResultsFollowAtOnce() {
        List<Item> items = List.of(
                new Reasoning("rs_1", "The moon pulls."),
                Message.text("msg_1", Role.ASSISTANT, "Let me see."),
                new Reasoning("rs_2", "Two ports."),
                call("a", "tide_times", "{\"port\":\"Brest\"}"),
                call("b", "tide_times", "{\"port\":\"Cork\"}"),
                result("b", "at one"),
                user("Hurry!"),
                result("a", "at noon"));

        assertThat(messages(null, items)).isEqualTo(json("""
            [{"role": "assistant", "content": "Let me see.", "tool_calls": [
               {"id": "a", "type": "function",
                "function": {"name": "tide_times", "arguments": "{\\"port\\":\\"Brest\\"}"}},
               {"id": "b", "type": "function",
                "function": {"name": "tide_times", "arguments": "{\\"port\\":\\"Cork\\"}"}}]},
             {"role": "tool", "tool_call_id": "a", "content": "at noon"},
             {"role": "tool", "tool_call_id": "b", "content": "at one"},
             {"role": "user", "content": "Hurry!"}]\
            """));
    }

    @Test
    void callsWithoutTextHaveNoContentAndAnEmptyAnswerIsLeftOut() {
        List<Item> items = List.of(
                Message.text("msg_1", Role.ASSISTANT, ""), user("Now?"), call("a", "now", "{}"), result("a", "9"));

        assertThat(messages(null, items)).isEqualTo(json("""
            [{"role": "user", "content": "Now?"},
             {"role": "assistant", "content": null, "tool_calls": [
               {"id": "a", "type": "function", "function": {"name": "now", "arguments": "{}"}}]},
             {"role": "tool", "tool_call_id": "a", "content": "9"}]\
            """));
    }

    @Test
    void aCallWithoutAResultGetsOneAndAResultWithoutACallIsLeftOut() {
        JsonNode messages = messages(null, List.of(result("z", "lost"), call("a", "now", "{}"), user("Well?")));

        assertThat(messages.get(1)).isEqualTo(json("""
            {"role": "tool", "tool_call_id": "a", "content": "No result was given for this call."}\
            """));
        assertThat(messages.size()).isEqualTo(3);
    }

    @Test
    void aCallIdThatIsUsedAgainFindsTheResultOfItsOwnTurn() {
        List<Item> items = List.of(
                call("call_0", "now", "{}"),
                result("call_0", "first"),
                call("call_0", "now", "{}"),
                user("And?"),
                call("call_0", "now", "{}"),
                result("call_0", "third"));

        assertThat(messages(null, items)
                        .valueStream()
                        .filter(message -> message.path("role").asString().equals("tool"))
                        .map(message -> message.path("content").asString()))
                .containsExactly("first", "No result was given for this call.", "third");
    }

    @Test
    void whatAModelGotWrongIsMadeHarmless() {
        List<Item> items = List.of(call("a", "functions.tide times!", "{\"port\": Brest"), call("b", "now", "[1]"));

        JsonNode calls = messages(null, items).get(0).get("tool_calls");

        assertThat(calls.get(0).get("function")).isEqualTo(json("""
            {"name": "functions_tide_times_", "arguments": "{\\"malformed_arguments\\":\\"{\\\\\\"port\\\\\\": Brest\\"}"}\
            """));
        assertThat(calls.get(1).get("function")).isEqualTo(json("""
            {"name": "now", "arguments": "{\\"malformed_arguments\\":\\"[1]\\"}"}\
            """));
    }

    @Test
    void aLoneSurrogateIsReplacedOnceAndEverythingElseStays() {
        String odd = "\uD83D nul\0 \u2028 \u202E \uD83C\uDF0A \uDE00";

        JsonNode messages = messages(odd, List.of(user(odd), call("a", "now", "{}"), result("a", odd)));

        String clean = "\uFFFD nul\0 \u2028 \u202E \uD83C\uDF0A \uFFFD";
        assertThat(List.of(messages.get(0), messages.get(1), messages.get(3)))
                .allSatisfy(
                        message -> assertThat(message.get("content").asString()).isEqualTo(clean));
    }

    private static Message user(String text) {
        return Message.text("msg_u", Role.USER, text);
    }

    private static ToolCall call(String callId, String name, String arguments) {
        return new ToolCall("fc_" + callId, callId, name, arguments, Executor.SERVER);
    }

    private static ToolResult result(String callId, String output) {
        return new ToolResult("fco_" + callId, callId, output, Outcome.DONE, Executor.SERVER);
    }

    private static ModelRequest request(List<Item> items) {
        return new ModelRequest("harbour-2", null, items, List.of(), ToolChoice.AUTO, true, 50, Map.of());
    }

    private static ModelRequest withTools(List<ToolSpec> tools, ToolChoice choice, boolean parallel) {
        return new ModelRequest("harbour-2", null, List.of(), tools, choice, parallel, 50, Map.of());
    }

    private static String choice(ToolChoice choice) {
        return written(withTools(List.of(TIDES), choice, true))
                .path("tool_choice")
                .asString();
    }

    private static JsonNode messages(@Nullable String instructions, List<Item> items) {
        return written(new ModelRequest(
                        "harbour-2", instructions, items, List.of(), ToolChoice.AUTO, true, 50, Map.of()))
                .get("messages");
    }

    private static JsonNode written(ModelRequest request) {
        return json(new String(new ChatRequestWriter(Dialect.COMPATIBLE).write(request), UTF_8));
    }

    private static JsonNode json(String text) {
        return MAPPER.readTree(text);
    }
}
