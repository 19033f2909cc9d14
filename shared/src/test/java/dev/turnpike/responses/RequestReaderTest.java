package dev.turnpike.responses;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.admission.Past;
import dev.turnpike.admission.RunAdmission.History;
import dev.turnpike.conversation.Item;
import dev.turnpike.model.ToolChoice;
import dev.turnpike.run.RunRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/// Good requests: what the engine gets of them.
class RequestReaderTest {
    private static final String GOES_ON = "{\"input\":\"hi\",\"previous_response_id\":\"resp_1\"}";

    @Test
    @DisplayName("Row 3: half a surrogate pair is replaced in everything that is kept and shown again")
    void halfASurrogatePairIsReplacedEverywhere() {
        CreateRequest request = Requests.read("""
            {"model":"gpt-4o","input":"a\\ud800","instructions":"b\\ud800","user":"c\\ud800",
             "metadata":{"d":"d\\ud800"},
             "tools":[{"type":"function","name":"f","description":"e\\ud800","parameters":{"title":"f\\ud800"}}]}\
            """);
        assertThat(request.input()).containsExactly(Item.Message.text("", Item.Role.USER, "a\uFFFD"));
        assertThat(request.request().instructions()).isEqualTo("b\uFFFD");
        assertThat(request.request().parameters()).containsEntry("user", "\"c\uFFFD\"");
        assertThat(request.request().clientTools().getFirst().description()).isEqualTo("e\uFFFD");
        assertThat(request.request().clientTools().getFirst().parameters()).isEqualTo("{\"title\":\"f\uFFFD\"}");
        assertThat(request.request().wire())
                .contains("d\uFFFD")
                .matches(text -> text.codePoints().noneMatch(point -> point >= 0xD800 && point <= 0xDFFF));
    }

    @Test
    void numbersGoOnAsTheyCame() {
        CreateRequest request = Requests.with("""
            "temperature":1,"top_p":0.10,
            "tools":[{"type":"function","name":"f","parameters":
             {"maximum":1e400,"minimum":-12345678901234567890.123456789,"multipleOf":0.01}}]\
            """);
        assertThat(request.request().parameters())
                .containsEntry("temperature", "1")
                .containsEntry("top_p", "0.10");
        assertThat(request.request().clientTools().getFirst().parameters())
                .isEqualTo("{\"maximum\":1E+400,\"minimum\":-12345678901234567890.123456789,\"multipleOf\":0.01}");
        assertThat(request.request().wire()).contains("1E+400", "-12345678901234567890.123456789");
    }

    @Test
    void nullMeansNotSet() {
        RunRequest plain = Requests.with("").request();
        CreateRequest request = Requests.with("""
            "instructions":null,"previous_response_id":null,"conversation":null,"store":null,"background":null,
            "stream":null,"stream_options":null,"max_output_tokens":null,"max_tool_calls":null,"temperature":null,
            "top_p":null,"top_logprobs":null,"tools":null,"tool_choice":null,"parallel_tool_calls":null,
            "text":null,"reasoning":null,"include":null,"metadata":null,"truncation":null,"service_tier":null,
            "prompt_cache_key":null,"prompt_cache_retention":null,"safety_identifier":null,"user":null,
            "presence_penalty":null,"frequency_penalty":null,"prompt":null,"context_management":null\
            """);
        assertThat(request.request())
                .usingRecursiveComparison()
                .ignoringFields("wire")
                .isEqualTo(plain);
        assertThat(request.stream()).isFalse();
        assertThat(request.history()).isEqualTo(new History.None());
    }

    @Test
    void nullInsideObjectsMeansNotSetToo() {
        RunRequest plain = Requests.with("").request();
        CreateRequest request = Requests.with("""
            "text":{"format":null,"verbosity":null},"reasoning":{"effort":null,"summary":null},"metadata":{}\
            """);
        assertThat(request.request())
                .usingRecursiveComparison()
                .ignoringFields("wire")
                .isEqualTo(plain);
    }

    @Test
    void aRequestThatSaysNothingGetsTheDefaults() {
        CreateRequest request = Requests.with("");
        assertThat(request.input()).containsExactly(Item.Message.text("", Item.Role.USER, "hi"));
        assertThat(request.history()).isEqualTo(new History.None());
        assertThat(request.stream()).isFalse();
        RunRequest run = request.request();
        assertThat(run.model()).isEqualTo("gpt-4o-mini");
        assertThat(run.instructions()).isNull();
        assertThat(run.clientTools()).isEmpty();
        assertThat(run.serverTools()).containsExactly("calculate", "recall");
        assertThat(run.toolChoice()).isEqualTo(ToolChoice.AUTO);
        assertThat(run.parallelToolCalls()).isTrue();
        assertThat(run.maxOutputTokens()).isEqualTo(4_000);
        assertThat(run.truncation()).isTrue();
        assertThat(run.store()).isTrue();
        assertThat(run.background()).isFalse();
    }

    @Test
    void aRequestThatSaysAllIsTakenAtItsWord() {
        CreateRequest request = Requests.with("""
            "instructions":"Be brief.","stream":true,"store":false,"background":true,"parallel_tool_calls":false,
            "max_output_tokens":16,"truncation":"disabled","tool_choice":"required","conversation":{"id":"conv_1"}\
            """);
        assertThat(request.stream()).isTrue();
        assertThat(request.history()).isEqualTo(new History.InConversation("conv_1"));
        RunRequest run = request.request();
        assertThat(run.instructions()).isEqualTo("Be brief.");
        assertThat(run.toolChoice()).isEqualTo(new ToolChoice.Required());
        assertThat(run.parallelToolCalls()).isFalse();
        assertThat(run.maxOutputTokens()).isEqualTo(16);
        assertThat(run.truncation()).isFalse();
        assertThat(run.store()).isFalse();
        assertThat(run.background()).isTrue();
    }

    @Test
    void aConversationIsNamedByItsIdOrAnObjectOfIt() {
        assertThat(Requests.with("\"conversation\":{\"id\":\"conv_1\"}").history())
                .isEqualTo(new History.InConversation("conv_1"));
        assertThat(Requests.with("\"previous_response_id\":\"resp_1\"").history())
                .isEqualTo(new History.Response("resp_1"));
    }

    @Test
    void whatGoesOnFromSomethingNeedsNoInput() {
        for (String input : List.of("", ",\"input\":null", ",\"input\":[]", ",\"input\":\"\"")) {
            assertThat(Requests.read("{\"model\":\"gpt-4o\",\"previous_response_id\":\"resp_1\"" + input + "}")
                            .input())
                    .isEmpty();
            assertThat(Requests.read("{\"model\":\"gpt-4o\",\"conversation\":\"conv_1\"" + input + "}")
                            .input())
                    .isEmpty();
        }
    }

    @Test
    void aRequestThatNamesNoModelIsStoredWithTheOneItWasGiven() {
        CreateRequest request = Requests.read("{\"input\":\"hi\"}");
        assertThat(request.request().model()).isEqualTo("gpt-4o-mini");
        assertThat(Requests.stored(request)).isEqualTo(request.request());
        assertThat(Requests.wire(request).path("model").asString()).isEqualTo("gpt-4o-mini");
    }

    @Test
    void aModelThatIsAllowedNoLongerIsNotGoneOnWith() {
        assertThat(Requests.read(GOES_ON, goingOnFrom("gpt-old")).request().model())
                .isEqualTo("gpt-old");
        assertThat(Requests.read(GOES_ON, goingOnFrom("claude")).request().model())
                .isEqualTo("gpt-4o-mini");
    }

    private static Past goingOnFrom(String model) {
        return new Past() {
            @Override
            public List<Item> items(String id) {
                return List.of();
            }

            @Override
            public Optional<String> model(History history) {
                return Optional.of(model);
            }
        };
    }

    @Test
    void aRequestIsStoredWithoutItsInputAndReadBackTheSame() {
        CreateRequest request = Requests.with("""
            "instructions":"Be brief.","temperature":0.2,"top_p":0.5,"max_output_tokens":100,"store":false,
            "tools":[{"type":"function","name":"ask","description":"Asks.","strict":true,
                      "parameters":{"type":"object"}},
                     {"type":"mcp","server_label":"turnpike","allowed_tools":["recall"]}],
            "tool_choice":{"type":"function","name":"ask"},"parallel_tool_calls":false,
            "text":{"format":{"type":"json_schema","name":"n","schema":{}}},"reasoning":{"effort":"low"},
            "metadata":{"a":"b"},"truncation":"disabled","background":true,"stream":true\
            """);
        assertThat(Requests.wire(request).has("input")).isFalse();
        assertThat(Requests.wire(request).path("metadata")).hasToString("{\"a\":\"b\"}");
        assertThat(Requests.stored(request)).isEqualTo(request.request());
    }

    @Test
    void aStoredRequestIsNotJudgedByLaterRules() {
        CreateRequest request = Requests.with("");
        var stricter = new RequestReader(
                Requests.MAPPER,
                new RequestSettings(
                        4_000,
                        null,
                        () -> List.of("another"),
                        new RunRequest.Compaction.Never(),
                        new RequestSettings.DefaultModels("gpt-4o-mini", "gpt-4o"),
                        _ -> false,
                        _ -> false,
                        model -> model.startsWith("gpt-"),
                        model -> model.startsWith("gpt-")));
        assertThat(stricter.read(request.request().wire())).isEqualTo(request.request());
    }

    @Test
    void readingARequestLeavesItAsItWas() {
        var body = WireJson.read(Requests.MAPPER, Requests.body("\"store\":false"));
        var before = body.deepCopy();
        Requests.READER.read(body);
        assertThat(body).isEqualTo(before);
    }

    /// A step over all for each of them would take far longer than the bound, which leaves room for a busy machine.
    @Test
    @DisplayName("Row 2: a request of very many small things takes no longer than its size")
    void veryManySmallThingsCostLittle() {
        int many = 100_000;
        String functions = IntStream.range(0, many)
                .mapToObj(i -> "{\"type\":\"function\",\"name\":\"f" + i + "\"}")
                .collect(joining(","));
        String messages =
                "{\"role\":\"user\",\"content\":\"x\"},".repeat(many - 1) + "{\"role\":\"user\",\"content\":\"x\"}";
        String names =
                IntStream.range(0, many).mapToObj(i -> "\"n" + i + "\":\"v\"").collect(joining(","));
        assertThat(fastest(() -> Requests.with("\"tools\":[" + functions + "]")))
                .isLessThan(Duration.ofSeconds(3));
        assertThat(fastest(() -> Requests.read("{\"model\":\"gpt-4o\",\"input\":[" + messages + "]}")))
                .isLessThan(Duration.ofSeconds(3));
        assertThat(fastest(() -> Requests.refusalWith("\"metadata\":{" + names + "}")))
                .isLessThan(Duration.ofSeconds(3));
        assertThat(fastest(() -> Requests.refusalWith(names))).isLessThan(Duration.ofSeconds(3));
    }

    private static Duration fastest(Runnable work) {
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            work.run();
            fastest = Math.min(fastest, System.nanoTime() - start);
        }
        return Duration.ofNanos(fastest);
    }
}
