package dev.turnpike.responses;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Executor;
import dev.turnpike.conversation.Item.Message;
import dev.turnpike.conversation.Item.Outcome;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.conversation.Item.Reasoning;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.conversation.Item.ToolCall;
import dev.turnpike.conversation.Item.ToolResult;
import dev.turnpike.run.StopReason;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// The response object as Open Responses and OpenAI's clients want it.
class ResponseWriterTest {
    private static final Map<String, String> FIELDS = fields();

    private final ResponseWriter responses = new ResponseWriter(Requests.MAPPER, _ -> Optional.empty());

    /// Every field that must be present, by the type it must have; `?` allows null.
    private static Map<String, String> fields() {
        Map<String, String> fields = new TreeMap<>();
        """
        id STRING, object STRING, created_at NUMBER, completed_at NUMBER?, status STRING,
        incomplete_details OBJECT?, model STRING, previous_response_id STRING?, instructions STRING?,
        output ARRAY, error OBJECT?, tools ARRAY, tool_choice STRING, truncation STRING,
        parallel_tool_calls BOOLEAN, text OBJECT, top_p NUMBER, presence_penalty NUMBER,
        frequency_penalty NUMBER, top_logprobs NUMBER, temperature NUMBER, reasoning OBJECT?, usage OBJECT?,
        max_output_tokens NUMBER?, max_tool_calls NUMBER?, store BOOLEAN, background BOOLEAN,
        service_tier STRING, metadata OBJECT, safety_identifier STRING?, prompt_cache_key STRING?,
        user STRING?, prompt_cache_retention STRING?, turnpike OBJECT\
        """.lines()
                .flatMap(line -> Stream.of(line.split(",")))
                .map(String::strip)
                .filter(field -> !field.isEmpty())
                .map(field -> field.split(" "))
                .forEach(field -> fields.put(field[0], field[1]));
        return fields;
    }

    static Stream<Runs> everyState() {
        return Stream.concat(
                Stream.of(Runs.queued(), Runs.inProgress(), Runs.failed("server_error", "Why.")),
                Stream.of(StopReason.values()).map(Runs::ended));
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("everyState")
    void everyFieldIsThereInEveryStateAndNoOther(Runs run) {
        JsonNode response = write(run);
        FIELDS.forEach((name, type) -> {
            JsonNode value = response.path(name);
            assertThat(value.isMissingNode()).as(name).isFalse();
            String found = value.getNodeType().name();
            assertThat(found)
                    .as(name)
                    .isIn(type.endsWith("?") ? List.of("NULL", type.replace("?", "")) : List.of(type));
        });
        assertThat(response.propertyNames()).containsExactlyInAnyOrderElementsOf(FIELDS.keySet());
    }

    @Test
    void whatWasNotAskedForHasItsDefault() {
        JsonNode response = write(Runs.completed());
        assertThat(response.path("id").asString()).isEqualTo(Runs.ID);
        assertThat(response.path("object").asString()).isEqualTo("response");
        assertThat(response.path("created_at").isIntegralNumber()).isTrue();
        assertThat(response.path("created_at").asLong()).isEqualTo(Runs.CREATED.getEpochSecond());
        assertField(response, "temperature", "1.0");
        assertField(response, "top_p", "1.0");
        assertField(response, "top_logprobs", "0");
        assertField(response, "presence_penalty", "0");
        assertField(response, "frequency_penalty", "0");
        assertField(response, "tools", "[]");
        assertField(response, "tool_choice", "\"auto\"");
        assertField(response, "parallel_tool_calls", "true");
        assertField(response, "text", "{\"format\":{\"type\":\"text\"}}");
        assertField(response, "reasoning", "{\"effort\":null,\"summary\":null}");
        assertField(response, "store", "true");
        assertField(response, "background", "false");
        assertField(response, "truncation", "\"auto\"");
        assertField(response, "service_tier", "\"default\"");
        assertField(response, "metadata", "{}");
        assertField(response, "instructions", "null");
        assertField(response, "max_output_tokens", "null");
    }

    @Test
    void whatWasAskedForIsSaidAgain() {
        JsonNode response = write(Runs.completed().asked("""
            "instructions":"Be brief.","temperature":0,"top_p":0.50,"top_logprobs":0,"max_output_tokens":100,
            "max_tool_calls":3,"parallel_tool_calls":false,"store":false,"background":true,"truncation":"disabled",
            "service_tier":"flex","metadata":{"a":"b"},"presence_penalty":1,"frequency_penalty":-1.5,
            "text":{"verbosity":"low","format":{"type":"json_object"}},"reasoning":{"effort":"low"},
            "user":"u","safety_identifier":"s","prompt_cache_key":"k","prompt_cache_retention":"24h",
            "previous_response_id":"resp_1","include":["reasoning.encrypted_content"],"stream":true,
            "stream_options":{"include_obfuscation":true}\
            """));
        assertField(response, "instructions", "\"Be brief.\"");
        assertField(response, "temperature", "0");
        assertField(response, "top_p", "0.50");
        assertField(response, "max_output_tokens", "100");
        assertField(response, "max_tool_calls", "3");
        assertField(response, "parallel_tool_calls", "false");
        assertField(response, "store", "false");
        assertField(response, "background", "true");
        assertField(response, "truncation", "\"disabled\"");
        assertField(response, "service_tier", "\"flex\"");
        assertField(response, "metadata", "{\"a\":\"b\"}");
        assertField(response, "presence_penalty", "1");
        assertField(response, "frequency_penalty", "-1.5");
        assertField(response, "text", "{\"format\":{\"type\":\"json_object\"},\"verbosity\":\"low\"}");
        assertField(response, "reasoning", "{\"effort\":\"low\",\"summary\":null}");
        assertField(response, "user", "\"u\"");
        assertField(response, "safety_identifier", "\"s\"");
        assertField(response, "prompt_cache_key", "\"k\"");
        assertField(response, "prompt_cache_retention", "\"24h\"");
        assertField(response, "previous_response_id", "\"resp_1\"");
        assertThat(response.propertyNames()).doesNotContain("include", "stream", "stream_options", "input");
    }

    @Test
    void toolsAreSaidAgainWithTheirNulls() {
        JsonNode response = write(Runs.completed().asked("""
            "tools":[{"type":"function","name":"f"},
                     {"type":"function","name":"g","description":"G.","strict":true,"parameters":{"a":1.10}},
                     {"type":"mcp","server_label":"turnpike","allowed_tools":["recall"]}],
            "tool_choice":{"type":"function","name":"f"}\
            """));
        assertField(response, "tools", """
            [{"type":"function","name":"f","description":null,"parameters":null,"strict":null},
             {"type":"function","name":"g","description":"G.","parameters":{"a":1.10},"strict":true},
             {"type":"mcp","server_label":"turnpike","allowed_tools":["recall"]}]\
            """);
        assertField(response, "tool_choice", "{\"type\":\"function\",\"name\":\"f\"}");
    }

    @Test
    void theConversationIsSaidOnlyWhereOneWasUsed() {
        assertThat(write(Runs.completed()).has("conversation")).isFalse();
        assertField(
                write(Runs.completed().asked("\"conversation\":\"conv_x\"")),
                "conversation",
                "{\"id\":\"conv_" + Runs.CONVERSATION + "\"}");
    }

    @ParameterizedTest
    @EnumSource(StopReason.class)
    void onlyACompletedRunWasCompletedAtSomeTime(StopReason reason) {
        JsonNode response = write(Runs.ended(reason));
        boolean completed = Set.of(StopReason.ANSWERED, StopReason.CLIENT_TOOLS, StopReason.APPROVAL)
                .contains(reason);
        assertThat(response.path("completed_at").isNull()).isEqualTo(!completed);
        assertThat(response.path("status").asString().equals("completed")).isEqualTo(completed);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        MAX_OUTPUT_TOKENS, max_output_tokens
        CONTENT_FILTER,    content_filter
        MAX_STEPS,         turnpike:max_steps
        DEADLINE,          turnpike:deadline
        OUTCOME_UNKNOWN,   turnpike:outcome_unknown
        """)
    void anIncompleteRunSaysWhy(StopReason reason, String wire) {
        JsonNode response = write(Runs.ended(reason));
        assertField(response, "status", "\"incomplete\"");
        assertField(response, "incomplete_details", "{\"reason\":\"" + wire + "\"}");
        assertField(response, "error", "null");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        server_error,         server_error,         ''
        rate_limit_exceeded,  rate_limit_exceeded,  ''
        upstream_timeout,     server_error,         ',"details":{"code":"upstream_timeout"}'
        """)
    void aFailedRunHasACodeThatClientsKnow(String code, String shown, String details) {
        JsonNode response = write(Runs.failed(code, "Why."));
        assertField(response, "status", "\"failed\"");
        assertField(response, "error", "{\"code\":\"" + shown + "\",\"message\":\"Why.\"" + details + "}");
        assertField(response, "incomplete_details", "null");
    }

    @Test
    void aCancelledRunHasNoErrorAndKeepsItsUsage() {
        JsonNode response = write(Runs.ended(StopReason.CANCELLED));
        assertField(response, "status", "\"cancelled\"");
        assertField(response, "error", "null");
        assertField(response, "incomplete_details", "null");
        assertThat(response.path("usage").path("total_tokens").asInt()).isEqualTo(150);
    }

    @Test
    void usageIsToldAtTheEnd() {
        assertField(write(Runs.inProgress()), "usage", "null");
        assertField(write(Runs.completed()), "usage", """
            {"input_tokens":120,"input_tokens_details":{"cached_tokens":100,"cache_write_tokens":15},
             "output_tokens":30,"output_tokens_details":{"reasoning_tokens":10},"total_tokens":150}\
            """);
    }

    @Test
    void theCostIsExactOrUnknown() {
        assertField(write(Runs.completed()), "turnpike", """
            {"cost_usd":0.000123,"price_version":"2026-11-01","steps":3,"attempts":4,"ttft_ms":420}\
            """);
        assertThat(cost(new Totals(1, 0, 0, 1, 0, 1_234_567_890_123L, 0))).isEqualTo("1234567.890123");
        assertThat(cost(new Totals(1, 0, 0, 1, 0, 1, 0))).isEqualTo("0.000001");
        assertThat(cost(Totals.ZERO)).isEqualTo("0.000000");
        assertThat(cost(new Totals(1, 0, 0, 1, 0, 500, 1))).isEqualTo("null");
    }

    private String cost(Totals spent) {
        String text = responses.text(Runs.completed().spent(spent, "p").build(), List.of());
        return text.replaceAll(".*\"cost_usd\":([^,]+),.*", "$1");
    }

    @Test
    void beforeAnythingHappenedCostAndSpeedAreUnknown() {
        assertField(write(Runs.queued()), "turnpike", """
            {"cost_usd":null,"price_version":null,"steps":3,"attempts":4,"ttft_ms":null}\
            """);
    }

    @Test
    void aCallOfOursAndItsResultAreOneItem() {
        List<Item> output = List.of(
                new ToolCall("mcp_1", "call_1", "recall", "{}", Executor.SERVER),
                new ToolCall("mcp_2", "call_2", "recall", "{\"n\":1}", Executor.SERVER),
                new ToolCall("mcp_3", "call_3", "recall", "{}", Executor.SERVER),
                new ToolResult("fco_2", "call_2", "", Outcome.DONE, Executor.SERVER),
                new ToolResult("fco_1", "call_1", "No note.", Outcome.FAILED, Executor.SERVER));
        assertField(write(Runs.ended(StopReason.MAX_STEPS), output), "output", """
            [{"id":"mcp_1","type":"mcp_call","status":"failed","server_label":"turnpike","name":"recall",
              "arguments":"{}","output":null,"error":"No note.","approval_request_id":null},
             {"id":"mcp_2","type":"mcp_call","status":"completed","server_label":"turnpike","name":"recall",
              "arguments":"{\\"n\\":1}","output":"","error":null,"approval_request_id":null},
             {"id":"mcp_3","type":"mcp_call","status":"incomplete","server_label":"turnpike","name":"recall",
              "arguments":"{}","output":null,"error":null,"approval_request_id":null}]\
            """);
        assertThat(write(Runs.inProgress(), output)
                        .path("output")
                        .get(2)
                        .path("status")
                        .asString())
                .isEqualTo("in_progress");
    }

    @Test
    void everyOtherItemIsShownWhole() {
        List<Item> output = List.of(
                new Reasoning("rs_1", "Hm."),
                new Reasoning("rs_2", ""),
                new Message("msg_1", Role.ASSISTANT, List.of(new Part.Text("a"), new Part.Refusal("b")), false),
                new ToolCall("fc_1", "call_1", "ask", "{not json", Executor.CLIENT),
                new ToolCall("fc_2", "call_2", "ask", "{", Executor.CLIENT),
                new ToolResult("fco_1", "call_2", "Cut.", Outcome.FAILED, Executor.SERVER),
                new Message("msg_2", Role.ASSISTANT, List.of(), true));
        assertField(write(Runs.ended(StopReason.MAX_OUTPUT_TOKENS), output), "output", """
            [{"id":"rs_1","type":"reasoning","status":"completed",
              "summary":[{"type":"summary_text","text":"Hm."}]},
             {"id":"rs_2","type":"reasoning","status":"completed","summary":[]},
             {"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[
              {"type":"output_text","text":"a","annotations":[],"logprobs":[]},{"type":"refusal","refusal":"b"}]},
             {"id":"fc_1","type":"function_call","status":"completed","call_id":"call_1","name":"ask",
              "arguments":"{not json"},
             {"id":"fc_2","type":"function_call","status":"incomplete","call_id":"call_2","name":"ask",
              "arguments":"{"},
             {"id":"msg_2","type":"message","status":"incomplete","role":"assistant","content":[]}]\
            """);
    }

    @Test
    void bytesAndTextAreTheSame() {
        List<Item> output = List.of(Message.text("msg_1", Role.ASSISTANT, "\u0000\u2028é😀"));
        var bytes = new ByteArrayOutputStream();
        responses.write(bytes, Runs.completed().build(), output);
        String text = responses.text(Runs.completed().build(), output);
        assertThat(bytes.toString(UTF_8)).isEqualTo(text);
        assertThat(Requests.MAPPER.readTree(text).at("/output/0/content/0/text").asString())
                .isEqualTo("\u0000\u2028é😀");
    }

    private JsonNode write(Runs run) {
        return write(run, List.of());
    }

    private JsonNode write(Runs run, List<Item> output) {
        return Requests.MAPPER.readTree(responses.text(run.build(), output));
    }

    private static void assertField(JsonNode response, String name, String json) {
        assertThat(response.path(name)).as(name).isEqualTo(Requests.MAPPER.readTree(json));
    }
}
