package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.turnpike.admission.Past;
import dev.turnpike.conversation.Conversation.Totals;
import dev.turnpike.conversation.Item;
import dev.turnpike.conversation.Item.Message;
import dev.turnpike.conversation.Item.Part;
import dev.turnpike.conversation.Item.Role;
import dev.turnpike.responses.QueueMessages.Received;
import dev.turnpike.run.Reply;
import dev.turnpike.run.RunRequest;
import dev.turnpike.run.StopReason;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class QueueMessagesTest {
    private static final Reply ENVELOPE = new Reply("order-4711", true, false);

    private final ResponseWriter responses = new ResponseWriter(Requests.MAPPER, _ -> Optional.empty());
    private final QueueMessages messages = new QueueMessages(Requests.MAPPER, Requests.READER, responses);

    @Test
    void aCreateRequestBecomesABackgroundRunWhateverItSays() {
        Received received = read("""
            {"model":"gpt-4o","input":"hi","stream":true,"stream_options":{"include_obfuscation":false},
             "background":false,"metadata":{"ticket":"4711"}}\
            """);
        assertThat(received.request().request().background()).isTrue();
        assertThat(received.request().stream()).isFalse();
        assertThat(received.request().input()).containsExactly(Message.text("", Role.USER, "hi"));
        assertThat(received.reply()).isEqualTo(new Reply("", false, false));
    }

    @Test
    void aWholeEnvelopeBecomesARequest() {
        Received received = read("""
            {"key":"order-4711","value":{"user_email":"ada@example.com","message":"Where is my parcel?",
             "context":"Ordered a week ago.","model":"gpt-4o-mini","max_tokens":200,"temperature":0.2,
             "service_tier":"priority","system_prompt":"Be brief.",
             "images":["https://example.com/a.png","data:image/jpeg;base64,/9j/4AAQ","iVBORw0KGgo="]}}\
            """);
        assertThat(received.reply()).isEqualTo(ENVELOPE);
        assertThat(received.request().request().model()).isEqualTo("gpt-4o-mini");
        assertThat(received.request().request().instructions()).isEqualTo("Be brief.");
        assertThat(received.request().request().maxOutputTokens()).isEqualTo(200);
        assertThat(received.request().request().background()).isTrue();
        assertThat(received.request().request().lane()).isEqualTo(RunRequest.Lane.PRIORITY);
        assertThat(received.request().request().parameters())
                .containsEntry("temperature", "0.2")
                .containsEntry("user", "\"ada@example.com\"");
        assertThat(received.request().input())
                .containsExactly(
                        Message.text("", Role.DEVELOPER, "Ordered a week ago."),
                        new Message(
                                "",
                                Role.USER,
                                List.of(
                                        new Part.Text("Where is my parcel?"),
                                        new Part.Image("https://example.com/a.png", null),
                                        new Part.Image("data:image/jpeg;base64,/9j/4AAQ", null),
                                        new Part.Image("data:image/png;base64,iVBORw0KGgo=", null)),
                                false));
    }

    @Test
    void everyParameterOfAnEnvelopeReachesTheModel() {
        RunRequest request = read("""
            {"value":{"message":"hi","temperature":0.3,"top_p":0.9,"n":1,"stop":["END"],"seed":7,"user":"u-1",
             "user_email":"ada@example.com","max_completion_tokens":300,"frequency_penalty":1,"presence_penalty":-1,
             "reasoning_effort":"low","verbosity":"high","logit_bias":{"11":-100},"metadata":{"a":"b"},
             "prompt_cache_key":"k","safety_identifier":"s","prompt_cache_retention":"24h","x_top_k":40,
             "unheard_of":true}}\
            """).request().request();
        assertThat(request.maxOutputTokens()).isEqualTo(300);
        assertThat(request.parameters())
                .isEqualTo(Map.ofEntries(
                        Map.entry("temperature", "0.3"),
                        Map.entry("top_p", "0.9"),
                        Map.entry("stop", "[\"END\"]"),
                        Map.entry("seed", "7"),
                        Map.entry("user", "\"u-1\""),
                        Map.entry("frequency_penalty", "1"),
                        Map.entry("presence_penalty", "-1"),
                        Map.entry("reasoning_effort", "\"low\""),
                        Map.entry("verbosity", "\"high\""),
                        Map.entry("logit_bias", "{\"11\":-100}"),
                        Map.entry("prompt_cache_key", "\"k\""),
                        Map.entry("safety_identifier", "\"s\""),
                        Map.entry("prompt_cache_retention", "\"24h\""),
                        Map.entry("x_top_k", "40")));
        assertThat(Requests.READER.read(request.wire())).isEqualTo(request);
    }

    @Test
    void anEnvelopeNeedsAMessageOnly() {
        Received received = read("{\"value\":{\"message\":\"hi\",\"context\":null,\"images\":null}}");
        assertThat(received.request().request().model()).isEqualTo("gpt-4o-mini");
        assertThat(received.request().input()).hasSize(1);
        assertThat(received.reply()).isEqualTo(new Reply("", true, false));
    }

    @Test
    void anEnvelopeWithImagesThatNamesNoModelIsForTheVisionModel() {
        String images = "\"message\":\"hi\",\"images\":[\"iVBORw0KGgo=\"]";
        assertThat(read("{\"value\":{" + images + "}}").request().request().model())
                .isEqualTo("gpt-4o");
        assertThat(read("{\"value\":{\"model\":\"gpt-4.1\"," + images + "}}")
                        .request()
                        .request()
                        .model())
                .isEqualTo("gpt-4.1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
        not json                                 | invalid_json               | -
        ``                                       | invalid_json               | -
        []                                       | invalid_type               | -
        "hi"                                     | invalid_type               | -
        {}                                       | missing_required_parameter | input
        {"model":"gpt-4o"}                       | missing_required_parameter | input
        {"model":"gpt-4o","input":"hi","key":"a"} | unknown_parameter         | key
        {"key":"a","value":"hi"}                 | invalid_type               | value
        {"key":"a","value":{}}                   | missing_required_parameter | value.message
        {"key":"a","value":{"message":5}}        | invalid_type               | value.message
        {"key":"a","value":{"message":"hi","images":"x"}} | invalid_type      | value.images
        {"key":"a","value":{"message":"hi","images":[5]}} | invalid_type      | value.images[0]
        {"key":"a","value":{"message":"hi","model":"claude"}} | model_not_found | model
        {"key":"a","value":{"message":"hi","n":2}}          | unsupported_value | value.n
        {"key":"a","value":{"message":"hi","stop":5}}       | invalid_type      | value.stop
        {"key":"a","value":{"message":"hi","base_url":"https://evil.example"}} | unknown_parameter | value.base_url
        {"key":"a","value":{"message":"hi","api_key":"sk-1"}} | unknown_parameter | value.api_key
        {"key":"a","value":{"message":"hi","max_tokens":1}} | integer_below_min_value | max_output_tokens
        {"key":5,"value":{"message":"hi"}}       | invalid_type               | key
        """)
    void aMessageThatCantBeServedSaysWhy(String body, String code, String param) {
        ApiException refusal =
                Objects.requireNonNull(catchThrowableOfType(ApiException.class, () -> read(body)), "it was accepted");
        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal.param()).isEqualTo(param);
    }

    @Test
    void whoeverGaveAKeyCanBeToldEvenIfTheRestIsWrong() {
        assertThat(messages.key("{\"key\":\"a\",\"value\":7}")).contains("a");
        assertThat(messages.key("{\"key\":\"a\\ud800\"}")).contains("a\uFFFD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{}", "{\"key\":\"\"}", "{\"key\":5}", "{\"key\":null}", "\"key\""})
    @DisplayName("Row 11: garbage has no key")
    void garbageHasNoKey(String body) {
        assertThat(messages.key(body)).isEmpty();
    }

    @Test
    void anAnswerInTheEnvelopesForm() {
        List<Item> output = List.of(
                new Item.Reasoning("rs_1", "Hm."),
                new Message("msg_1", Role.ASSISTANT, List.of(new Part.Text("Near "), new Part.Text("you.")), false));
        assertJson(messages.answer(Runs.completed().build(), ENVELOPE, output), """
            {"key":"order-4711","value":{"response":"Near you.","response_id":"%s","model":"gpt-4o-mini",
             "usage":{"prompt_tokens":120,"completion_tokens":30,"total_tokens":150},"finish_reason":"stop",
             "processing_time":3.25,"timestamp":"2026-11-01T12:00:03.500Z"}}\
            """.formatted(Runs.ID));
    }

    @Test
    void aFailedRunIsAnErrorInTheEnvelope() {
        JsonNode answer = Requests.MAPPER.readTree(messages.answer(
                Runs.failed("upstream_auth", "The provider refused the key.").build(), ENVELOPE, List.of()));
        assertThat(answer.path("value").path("error"))
                .isEqualTo(Requests.MAPPER.readTree(
                        "{\"code\":\"upstream_auth\",\"message\":\"The provider refused the key.\"}"));
        assertThat(answer.path("value").has("response")).isFalse();
        assertThat(answer.path("value").path("finish_reason").asString()).isEqualTo("error");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
        ANSWERED,          stop
        CLIENT_TOOLS,      tool_calls
        MAX_OUTPUT_TOKENS, length
        CONTENT_FILTER,    content_filter
        MAX_STEPS,         turnpike:max_steps
        DEADLINE,          turnpike:deadline
        OUTCOME_UNKNOWN,   turnpike:outcome_unknown
        CANCELLED,         cancelled
        """)
    void theFinishReasonSaysHowTheRunEnded(StopReason reason, String finish) {
        String answer = messages.answer(Runs.ended(reason).build(), ENVELOPE, List.of());
        assertThat(Requests.MAPPER
                        .readTree(answer)
                        .path("value")
                        .path("finish_reason")
                        .asString())
                .isEqualTo(finish);
    }

    @Test
    void aCreateRequestIsAnsweredByItsResponse() {
        var run = Runs.completed().asked("\"metadata\":{\"ticket\":\"4711\"}").build();
        List<Item> output = List.of(Message.text("msg_1", Role.ASSISTANT, "Near you."));
        assertThat(messages.answer(run, new Reply("", false, false), output)).isEqualTo(responses.text(run, output));
    }

    @Test
    void aRefusalIsAnErrorUnderTheKey() {
        Instant now = Instant.parse("2026-11-01T12:00:00Z");
        assertJson(messages.refusal("order-4711", ApiException.missing("value.message"), now), """
            {"key":"order-4711","value":{"error":{"code":"missing_required_parameter",
             "message":"Missing required parameter: 'value.message'."},"timestamp":"2026-11-01T12:00:00Z"}}\
            """);
        assertJson(messages.refusal("k", ApiException.notFound("Conversation not found."), now), """
            {"key":"k","value":{"error":{"code":"invalid_request_error","message":"Conversation not found."},
             "timestamp":"2026-11-01T12:00:00Z"}}\
            """);
    }

    @Test
    void usageBeyondAnIntIsCounted() {
        var run = Runs.completed()
                .spent(new Totals(3_000_000_000L, 0, 0, 2_000_000_000L, 0, 0, 0), null)
                .build();
        assertThat(messages.answer(run, ENVELOPE, List.of())).contains("\"total_tokens\":5000000000");
    }

    private static void assertJson(String found, String expected) {
        assertThat(Requests.MAPPER.readTree(found)).isEqualTo(Requests.MAPPER.readTree(expected));
    }

    private Received read(String body) {
        return messages.read(body, Past.NONE);
    }
}
