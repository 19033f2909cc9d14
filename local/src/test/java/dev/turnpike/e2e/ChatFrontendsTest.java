package dev.turnpike.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.stack.Stack;
import dev.turnpike.stack.StackOptions;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/// What Open WebUI and LibreChat send beside plain chats, written after their sources: titles, tags, follow-ups,
/// queries.
///
/// Open WebUI takes its own `metadata` out before it sends, gives `max_tokens` to whoever is not OpenAI, and asks for
/// `stream_options` where usage is switched on. LibreChat sends all its sliders, the id of its user and, with a preset
/// that has a name, `name` in messages.
@Timeout(60)
class ChatFrontendsTest {
    private static Stack stack;
    private static Endpoint endpoint;

    @BeforeAll
    static void start() throws IOException {
        stack = Stack.start(StackOptions.defaults().withDemoPace(Duration.ZERO));
        endpoint = new Endpoint(stack);
    }

    @AfterAll
    static void stop() {
        endpoint.close();
        stack.close();
    }

    private static HttpResponse<String> post(String body) {
        return endpoint.send(endpoint.request("/v1/chat/completions")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body)));
    }

    private static JsonNode message(String body) {
        HttpResponse<String> response = post(body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Endpoint.MAPPER.readTree(response.body()).at("/choices/0/message");
    }

    private static List<JsonNode> chunks(String body) {
        HttpResponse<String> response = post(body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type").orElse("")).startsWith("text/event-stream");
        assertThat(response.body()).endsWith("data: [DONE]\n\n");
        List<JsonNode> chunks = new ArrayList<>();
        response.body()
                .lines()
                .filter(line -> line.startsWith("data: {"))
                .forEach(line -> chunks.add(Endpoint.MAPPER.readTree(line.substring("data: ".length()))));
        return chunks;
    }

    private static String text(List<JsonNode> chunks) {
        var text = new StringBuilder();
        chunks.forEach(chunk -> text.append(chunk.at("/choices/0/delta/content").asString("")));
        return text.toString();
    }

    @Test
    void openWebUiChats() {
        List<JsonNode> chunks = chunks("""
            {"stream": true, "model": "gpt-4o-mini",
             "messages": [
               {"role": "system", "content": "User Context:\\n\\nYou answer in one sentence."},
               {"role": "user", "content": "My name is Ada."},
               {"role": "assistant", "content": "Nice to meet you, Ada!"},
               {"role": "user", "content": [
                 {"type": "text", "text": "What is my name?"},
                 {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}]}],
             "temperature": 0.7, "top_p": 0.9, "max_tokens": 200, "frequency_penalty": 0.1, "seed": 42,
             "stop": ["###"], "logit_bias": {"50256": -100},
             "stream_options": {"include_usage": true}}\
            """);
        assertThat(text(chunks)).contains("Your name is Ada");
        assertThat(chunks.getLast().at("/usage/total_tokens").asInt()).isPositive();
    }

    @Test
    void openWebUiAsksForATitle() {
        assertThat(message("""
            {"model": "gpt-4o-mini", "stream": false, "max_tokens": 1000,
             "messages": [{"role": "user", "content":
               "### Task:\\nWrite a short title for this chat.\\n### Output:\\nJSON: {\\"title\\": \\"...\\"}\\n<chat_history>\\nUSER: Hello\\nASSISTANT: Hi!\\n</chat_history>"}]}\
            """).path("content").asString()).startsWith("You said: \"### Task:");
    }

    @Test
    void openWebUiAsksForTagsAndFollowUps() {
        for (String task : List.of("tags", "follow_ups", "queries")) {
            JsonNode message = message("""
                {"model": "gpt-4o-mini", "stream": false,
                 "messages": [{"role": "user", "content": "### Task:\\nAnswer with JSON: {\\"%s\\": [\\"...\\"]}"}]}\
                """.formatted(task));
            assertThat(message.path("role").asString()).isEqualTo("assistant");
            assertThat(message.path("content").asString()).contains(task);
        }
    }

    @Test
    void libreChatChats() {
        List<JsonNode> chunks = chunks("""
            {"model": "gpt-4o-mini", "user": "665f0c0ffee0000000000001", "stream": true,
             "temperature": 1, "top_p": 1, "presence_penalty": 0, "frequency_penalty": 0,
             "stream_options": {"include_usage": true},
             "messages": [
               {"role": "system", "name": "Pirate", "content": "Instructions:\\nTalk like a pirate."},
               {"role": "user", "content": [{"type": "text", "text": "My name is Ada."}]},
               {"role": "assistant", "name": "Pirate", "content": "Ahoy, Ada!"},
               {"role": "user", "content": "What is my name?"}]}\
            """);
        assertThat(text(chunks)).contains("Your name is Ada");
    }

    /// As a plain completion, and as LangChain's structured output, in both of its ways.
    @Test
    void libreChatAsksForATitle() {
        String common = """
                {"model": "gpt-4o-mini", "user": "665f0c0ffee0000000000001", "stream": false, "n": 1,
                 "temperature": 0.2, "top_p": 1, "presence_penalty": 0, "frequency_penalty": 0,
                 "messages": [{"role": "user", "content": "Provide a title of at most five words.\\n\\n||>User:\\n\\"Hello\\"\\n||>Response:\\n\\"Hi!\\""}]\
            """;
        String schema = "{\"type\":\"object\",\"properties\":{\"title\":{\"type\":\"string\"}},"
                + "\"required\":[\"title\"],\"additionalProperties\":false}";
        assertThat(message(common + ", \"max_tokens\": 16}").path("content").asString())
                .isNotBlank();

        String structured = message(common
                        + ", \"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"extract\",\"strict\":true,\"schema\":"
                        + schema + "}}}")
                .path("content")
                .asString();
        assertThat(Endpoint.MAPPER.readTree(structured).path("title").isString())
                .isTrue();

        JsonNode call = message(
                        common
                                + ", \"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"extract\",\"description\":\"A"
                                + " function available to call.\",\"parameters\":"
                                + schema
                                + "}}],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"extract\"}},\"parallel_tool_calls\":false}")
                .at("/tool_calls/0/function");
        assertThat(call.path("name").asString()).isEqualTo("extract");
        assertThat(Endpoint.MAPPER
                        .readTree(call.path("arguments").asString())
                        .path("title")
                        .isString())
                .isTrue();
    }
}
