package dev.turnpike.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(20)
class DemoModelTest {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String BUILT_IN = """
        [{"type":"function","function":{"name":"current_time","parameters":{"type":"object","properties":{"zone":{"type":"string"}},"required":["zone"]}}},
         {"type":"function","function":{"name":"calculate","parameters":{"type":"object","properties":{"expression":{"type":"string"}},"required":["expression"]}}},
         {"type":"function","function":{"name":"remember","parameters":{"type":"object","properties":{"name":{"type":"string"},"text":{"type":"string"}},"required":["name","text"]}}},
         {"type":"function","function":{"name":"recall","parameters":{"type":"object","properties":{"name":{"type":"string"}}}}}]\
        """;

    private final HttpClient client = HttpClient.newHttpClient();
    private DemoModel model;

    @BeforeEach
    void start() throws IOException {
        model = DemoModel.start(Duration.ZERO);
    }

    @AfterEach
    void stop() {
        model.close();
        client.close();
    }

    @Test
    void anAnswerStreamsWordByWordAndEndsWithUsageAndDone() throws Exception {
        List<String> lines = stream("""
            {"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"[words: 5]"}]}\
            """);
        List<JsonNode> chunks = chunks(lines);
        assertThat(chunks.getFirst().at("/choices/0/delta/role").asString()).isEqualTo("assistant");
        assertThat(contents(chunks)).containsExactly("", "the", " toll", " gate", " lifts", " and");
        assertThat(chunks)
                .extracting(chunk -> chunk.at("/choices/0/finish_reason").asString(""))
                .containsOnlyOnce("stop");
        assertThat(chunks.getLast().path("choices")).isEmpty();
        assertThat(chunks.getLast().at("/usage/completion_tokens").asInt()).isEqualTo(5);
        assertThat(lines.getLast()).isEqualTo("data: [DONE]");
        assertThat(chunks)
                .extracting(chunk -> chunk.path("id").asString())
                .containsOnly(chunks.getFirst().path("id").asString());
    }

    @Test
    void withoutStreamingTheAnswerIsOneObject() throws Exception {
        JsonNode answer = ask("Hello");
        assertThat(answer.path("object").asString()).isEqualTo("chat.completion");
        assertThat(content(answer)).startsWith("Hello! I am the demo model");
        assertThat(answer.at("/choices/0/finish_reason").asString()).isEqualTo("stop");
    }

    @Test
    void itKnowsTheNameThatAnEarlierMessageTold() throws Exception {
        JsonNode answer = send("""
            {"model":"m","messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"Hi, my name is Zoë."},
            {"role":"assistant","content":"Nice!"},{"role":"user","content":[{"type":"text","text":"What is my name?"}]}]}\
            """);
        assertThat(content(answer)).contains("Zoë");
        assertThat(content(ask("What is my name?"))).contains("not told me");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        What time is it in Tokyo?            | current_time | {"zone":"Asia/Tokyo"}
        what is the time in Europe/Vienna?   | current_time | {"zone":"Europe/Vienna"}
        What is 12 * 34?                     | calculate    | {"expression":"12 * 34"}
        the sum of 2 and 3, please           | calculate    | {"expression":"2 + 3"}
        Please remember that I like blue tea | remember     | {"name":"I like blue","text":"I like blue tea"}
        What did I ask you to remember?      | recall       | {}
        """)
    void itCallsTheToolThatAQuestionAsksFor(String question, String tool, String arguments) throws Exception {
        JsonNode answer = askWithTools(question, BUILT_IN, "\"auto\"");
        assertThat(answer.at("/choices/0/finish_reason").asString()).isEqualTo("tool_calls");
        JsonNode calls = answer.at("/choices/0/message/tool_calls");
        assertThat(calls).hasSize(1);
        assertThat(calls.at("/0/function/name").asString()).isEqualTo(tool);
        assertThat(calls.at("/0/function/arguments").asString()).isEqualTo(arguments);
    }

    @Test
    void aClientsOwnToolIsCalledWithArgumentsThatItsSchemaAllows() throws Exception {
        String tools = """
            [{"type":"function","function":{"name":"get_weather","parameters":{"type":"object","required":["city","days","metric","unit","tags"],
            "properties":{"city":{"type":"string"},"days":{"type":"integer","minimum":1,"maximum":7},"metric":{"type":"boolean"},
            "unit":{"enum":["celsius","kelvin"]},"tags":{"type":"array","items":{"type":"string"}},"note":{"type":"string"}}}}}]\
            """;
        JsonNode answer = askWithTools("Use get_weather for Paris", tools, "\"auto\"");
        assertThat(answer.at("/choices/0/message/tool_calls/0/function/arguments")
                        .asString())
                .isEqualTo("""
                    {"city":"Paris","days":1,"metric":true,"unit":"celsius","tags":["some tags"]}\
                    """);
    }

    @Test
    void severalToolsAreCalledAtOnceUnlessOneAtATimeIsWanted() throws Exception {
        String question = "What time is it and what is 1 + 1?";
        assertThat(askWithTools(question, BUILT_IN, "\"auto\"").at("/choices/0/message/tool_calls"))
                .hasSize(2);
        assertThat(askWithTools(question, BUILT_IN, "\"auto\",\"parallel_tool_calls\":false")
                        .at("/choices/0/message/tool_calls"))
                .hasSize(1);
    }

    @Test
    void theToolChoiceIsObeyed() throws Exception {
        assertThat(askWithTools("What is 1 + 1?", BUILT_IN, "\"none\"").at("/choices/0/message/tool_calls"))
                .isEmpty();
        assertThat(askWithTools("Hello", BUILT_IN, "\"required\"").at("/choices/0/message/tool_calls"))
                .hasSize(1);
        assertThat(askWithTools("Hello", BUILT_IN, """
            {"type":"function","function":{"name":"recall"}}\
            """)
                        .at("/choices/0/message/tool_calls/0/function/name")
                        .asString())
                .isEqualTo("recall");
    }

    @Test
    void aStreamedCallNamesItsToolOnceAndThenSendsArguments() throws Exception {
        List<JsonNode> chunks = chunks(stream("""
            {"model":"m","stream":true,"messages":[{"role":"user","content":"What is 2 + 2?"}],"tools":%s}\
            """.formatted(BUILT_IN)));
        List<JsonNode> calls = chunks.stream()
                .map(chunk -> chunk.at("/choices/0/delta/tool_calls/0"))
                .filter(JsonNode::isObject)
                .toList();
        assertThat(calls.getFirst().at("/function/name").asString()).isEqualTo("calculate");
        assertThat(calls.getFirst().path("id").asString()).startsWith("call_");
        assertThat(calls.stream()
                        .map(call -> call.at("/function/arguments").asString())
                        .collect(Collectors.joining()))
                .isEqualTo("{\"expression\":\"2 + 2\"}");
        assertThat(chunks.getLast().at("/choices/0/finish_reason").asString()).isEqualTo("tool_calls");
    }

    @Test
    void afterAToolResultItAnswersWithIt() throws Exception {
        JsonNode answer = send("""
            {"model":"m","messages":[{"role":"user","content":"What is 2 + 2?"},
            {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"calculate","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"c","content":"2 + 2 = 4"}],"tools":%s}\
            """.formatted(BUILT_IN));
        assertThat(content(answer)).contains("2 + 2 = 4");
    }

    @Test
    void theToolTurnsDirectiveCallsAToolThatManyTimesBeforeTheAnswer() throws Exception {
        StringBuilder messages = new StringBuilder("{\"role\":\"user\",\"content\":\"[tool turns: 3]\"}");
        int turns = 0;
        JsonNode answer = askMessages(messages.toString());
        while (answer.at("/choices/0/finish_reason").asString().equals("tool_calls")) {
            turns++;
            messages.append(',').append(answer.at("/choices/0/message")).append("""
                ,{"role":"tool","tool_call_id":"c","content":"4"}\
                """);
            answer = askMessages(messages.toString());
        }
        assertThat(turns).isEqualTo(3);
        assertThat(content(answer)).isNotEmpty();
    }

    @Test
    void theToolTurnsDirectiveCanNameTools() {
        assertThat(Directive.in("[tool turns: 4 of charge, get-it] Go"))
                .contains(new Directive.ToolTurns(4, List.of("charge", "get-it")));
        assertThat(Directive.in("[tool turns: 4]")).contains(new Directive.ToolTurns(4, List.of("calculate")));
    }

    @Test
    void anAnswerOverTheTokenLimitIsCutAndSaysSo() throws Exception {
        JsonNode answer = send("""
            {"model":"m","max_tokens":7,"messages":[{"role":"user","content":"[words: 50]"}]}\
            """);
        assertThat(answer.at("/choices/0/finish_reason").asString()).isEqualTo("length");
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(7);
    }

    @Test
    void aStructuredAnswerFollowsItsSchema() throws Exception {
        JsonNode answer = send("""
            {"model":"m","messages":[{"role":"user","content":"a person of 30"}],"response_format":{"type":"json_schema","json_schema":{"name":"p","schema":
            {"type":"object","required":["name","age","home"],"properties":{"name":{"type":"string"},"age":{"type":"integer"},"home":{"$ref":"#/$defs/home"}},
            "$defs":{"home":{"type":["object","null"],"required":["city"],"properties":{"city":{"type":"string"}}}}}}}}\
            """);
        assertThat(content(answer)).isEqualTo("""
            {"name":"some name","age":30,"home":{"city":"Berlin"}}\
            """);
        JsonNode anyObject = send("""
            {"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_object"}}\
            """);
        assertThat(MAPPER.readTree(content(anyObject)).isObject()).isTrue();
    }

    @Test
    void theMeterHoldsWhatTheAnswersReported() throws Exception {
        JsonNode one = ask("Hello");
        JsonNode two = ask("How are you?");
        var totals = model.meter().totals("m");
        assertThat(totals.answered()).isEqualTo(2);
        assertThat(totals.promptTokens())
                .isEqualTo(one.at("/usage/prompt_tokens").asLong()
                        + two.at("/usage/prompt_tokens").asLong());
        assertThat(totals.totalTokens())
                .isEqualTo(one.at("/usage/total_tokens").asLong()
                        + two.at("/usage/total_tokens").asLong());
        JsonNode served = get("/meter");
        assertThat(served.at("/m/total_tokens").asLong()).isEqualTo(totals.totalTokens());
    }

    @Test
    void aFailureIsARefusalAsOftenAsAsked() throws Exception {
        String body = """
            {"model":"m","messages":[{"role":"user","content":"[fail: 503 x2] hello"}]}\
            """;
        assertThat(post(body).statusCode()).isEqualTo(503);
        assertThat(MAPPER.readTree(post(body).body()).at("/error/type").asString())
                .isEqualTo("server_error");
        assertThat(post(body).statusCode()).isEqualTo(200);
        assertThat(model.meter().totals("m").failed()).isEqualTo(2);
    }

    @Test
    void aCutStreamEndsWithoutItsLastChunk() {
        assertThatThrownBy(() -> stream("""
            {"model":"m","stream":true,"messages":[{"role":"user","content":"[cut]"}]}\
            """)).isInstanceOf(IOException.class);
        assertThat(model.meter().totals("m").broken()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "no end"})
    void aBrokenAnswerMayLookLikeAWholeOneButNeverSaysThatItIs(String way) throws Exception {
        List<String> lines = stream("""
            {"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"[%s]"}]}\
            """.formatted(way));
        assertThat(String.join("\n", lines))
                .contains("You")
                .doesNotContain("[DONE]", "\"finish_reason\":\"stop\"", "\"usage\"");
        assertThat(lines.getLast().endsWith("}")).isEqualTo(way.equals("no end"));
    }

    @Test
    void theTokensOfABrokenAnswerAreCountedAsFarAsItWent() throws Exception {
        stream("""
            {"model":"m","stream":true,"messages":[{"role":"user","content":"[no end x1] Hello"}]}\
            """);
        var totals = model.meter().totals("m");
        assertThat(totals.broken()).isEqualTo(1);
        // You said: "
        assertThat(totals.brokenCompletionTokens()).isBetween(3L, 9L);
        assertThat(totals.brokenPromptTokens()).isPositive();
        assertThat(totals.totalTokens()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"endless", "drip"})
    void anAnswerWithoutEndGoesOnUntilTheClientGoes(String way) throws Exception {
        try (var body = client.send(
                        request("/v1/chat/completions")
                                .POST(BodyPublishers.ofString("""
                                    {"model":"m","stream":true,"max_tokens":5,"messages":[{"role":"user","content":"[%s]"}]}\
                                    """.formatted(way)))
                                .build(),
                        BodyHandlers.ofInputStream())
                .body()) {
            assertThat(new String(body.readNBytes(2_000), StandardCharsets.UTF_8))
                    .contains(" more");
        }
        while (model.meter().totals("m").broken() == 0) {
            Thread.onSpinWait();
        }
        assertThat(model.meter().totals("m").brokenCompletionTokens()).isGreaterThan(5);
    }

    @Test
    void aStalledStreamBeginsAndThenSaysNothingUntilTheModelEnds() throws Exception {
        var body = client.send(
                        request("/v1/chat/completions")
                                .POST(BodyPublishers.ofString("""
                                    {"model":"m","stream":true,"messages":[{"role":"user","content":"[stall]"}]}\
                                    """))
                                .build(),
                        BodyHandlers.ofInputStream())
                .body();
        assertThat(body.read()).isEqualTo('d');
        model.close();
        assertThatThrownBy(body::readAllBytes).isInstanceOf(IOException.class);
    }

    @Test
    void whatIsNoRequestIsRefused() throws Exception {
        assertThat(post("{").statusCode()).isEqualTo(400);
        assertThat(post("{}").statusCode()).isEqualTo(400);
    }

    @Test
    void itListsItsModels() throws Exception {
        assertThat(get("/v1/models").path("data").values())
                .extracting(entry -> entry.path("id").asString())
                .contains("gpt-4o-mini");
    }

    private JsonNode ask(String question) throws Exception {
        return askMessages(MAPPER.createObjectNode()
                .put("role", "user")
                .put("content", question)
                .toString());
    }

    private JsonNode askMessages(String messages) throws Exception {
        return send("{\"model\":\"m\",\"messages\":[%s],\"tools\":%s}".formatted(messages, BUILT_IN));
    }

    private JsonNode askWithTools(String question, String tools, String choice) throws Exception {
        return send(
                "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],\"tools\":%s,\"tool_choice\":%s}"
                        .formatted(question, tools, choice));
    }

    private JsonNode send(String body) throws Exception {
        HttpResponse<String> response = post(body);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return MAPPER.readTree(response.body());
    }

    private HttpResponse<String> post(String body) throws Exception {
        return client.send(
                request("/v1/chat/completions")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private List<String> stream(String body) throws Exception {
        return post(body).body().lines().filter(line -> !line.isEmpty()).toList();
    }

    private JsonNode get(String path) throws Exception {
        return MAPPER.readTree(
                client.send(request(path).build(), BodyHandlers.ofString()).body());
    }

    private HttpRequest.Builder request(String path) {
        URI uri = model.baseUrl().resolve(path);
        return HttpRequest.newBuilder(uri).header("Authorization", "Bearer any");
    }

    private static List<JsonNode> chunks(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("data: {"))
                .map(line -> MAPPER.readTree(line.substring("data: ".length())))
                .toList();
    }

    private static List<String> contents(List<JsonNode> chunks) {
        return chunks.stream()
                .map(chunk -> chunk.at("/choices/0/delta/content"))
                .filter(JsonNode::isString)
                .map(JsonNode::asString)
                .toList();
    }

    private static String content(JsonNode answer) {
        return answer.at("/choices/0/message/content").asString("");
    }
}
