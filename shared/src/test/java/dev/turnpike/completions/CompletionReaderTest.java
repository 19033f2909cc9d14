package dev.turnpike.completions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.model.ToolChoice;
import dev.turnpike.run.RunRequest;
import dev.turnpike.tool.ToolSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class CompletionReaderTest {
    private static final String LOOK =
            "{\"type\":\"function\",\"function\":{\"name\":\"look\",\"description\":\"Looks.\",\"parameters\":{\"type\":\"object\"},\"strict\":true}}";

    @Test
    void aPlainRequestIsARunThatIsNeitherKeptNorOfferedOurTools() {
        CompletionRequest read = Chats.with("");
        RunRequest request = read.request();
        assertThat(read.stream()).isFalse();
        assertThat(read.includeUsage()).isFalse();
        assertThat(request.model()).isEqualTo("gpt-4o-mini");
        assertThat(request.store()).isFalse();
        assertThat(request.background()).isFalse();
        assertThat(request.truncation()).isFalse();
        assertThat(request.instructions()).isNull();
        assertThat(request.clientTools()).isEmpty();
        assertThat(request.serverTools()).isEmpty();
        assertThat(request.toolChoice()).isEqualTo(ToolChoice.AUTO);
        assertThat(request.parallelToolCalls()).isTrue();
        assertThat(request.maxOutputTokens()).isEqualTo(4_000);
        assertThat(request.parameters()).isEmpty();
    }

    @Test
    void everyParameterReachesTheModelUnderItsName() {
        CompletionRequest read = Chats.with("""
            "temperature": 0.30, "top_p": 0.9, "presence_penalty": -1, "frequency_penalty": 1.5,
            "stop": ["\\n", "END"], "seed": -9007199254740993, "logit_bias": {"50256": -100, "11": 2.5},
            "reasoning_effort": "low", "verbosity": "high", "user": "u-1", "x_top_k": 40,
            "prompt_cache_key": "k", "safety_identifier": "s", "prompt_cache_retention": "24h", "max_completion_tokens": 5,
            "parallel_tool_calls": false, "n": 1, "logprobs": false, "top_logprobs": 0, "modalities": ["text"],
            "response_format": {"type": "json_schema", "json_schema":
                {"name": "answer", "strict": true, "description": "It.", "schema": {"type": "object"}}}
            """);
        assertThat(read.request().maxOutputTokens()).isEqualTo(5);
        assertThat(read.request().parallelToolCalls()).isFalse();
        Map<String, String> parameters = read.request().parameters();
        assertThat(parameters)
                .containsEntry("temperature", "0.30")
                .containsEntry("top_p", "0.9")
                .containsEntry("presence_penalty", "-1")
                .containsEntry("frequency_penalty", "1.5")
                .containsEntry("stop", "[\"\\n\",\"END\"]")
                .containsEntry("seed", "-9007199254740993")
                .containsEntry("logit_bias", "{\"50256\":-100,\"11\":2.5}")
                .containsEntry("reasoning_effort", "\"low\"")
                .containsEntry("x_top_k", "40")
                .containsEntry("prompt_cache_key", "\"k\"")
                .containsEntry("safety_identifier", "\"s\"")
                .containsEntry("prompt_cache_retention", "\"24h\"")
                .containsEntry("verbosity", "\"high\"")
                .containsEntry("user", "\"u-1\"")
                .hasSize(15);
        JsonNode format = Chats.MAPPER.readTree(parameters.getOrDefault("response_format", "{}"));
        assertThat(format)
                .isEqualTo(
                        Chats.MAPPER.readTree(
                                "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"answer\",\"description\":\"It.\",\"strict\":true,\"schema\":{\"type\":\"object\"}}}"));
    }

    @Test
    void aWorkerReadsTheSameRequestBack() {
        List<CompletionRequest> requests = List.of(
                Chats.with(""),
                Chats.with("\"store\":true,\"metadata\":{\"a\":\"b\"},\"service_tier\":\"flex\",\"max_tokens\":3"),
                Chats.with("\"stop\":\"END\",\"seed\":7,\"logit_bias\":{\"1\":1},\"stream\":true"),
                Chats.with("\"tools\":[" + LOOK
                        + "],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"look\"}}"),
                Chats.with("\"response_format\":{\"type\":\"json_object\"},\"reasoning_effort\":\"none\""),
                Chats.with("\"tools\":[{\"type\":\"mcp\",\"server_label\":\"turnpike\"}],\"tool_choice\":\"required\""),
                Chats.with(
                        "\"tools\":[" + LOOK + "],\"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":"
                                             + "{\"mode\":\"required\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"look\"}}]}}"));
        assertThat(requests)
                .allSatisfy(request -> assertThat(Chats.stored(request)).isEqualTo(request.request()));
    }

    @Test
    void theMessagesAreKeptAsItemsOnly() {
        assertThat(Chats.saying("{\"role\":\"user\",\"content\":\"a secret\"}")
                        .request()
                        .wire())
                .doesNotContain("secret");
    }

    @Test
    void aNullIsAsGoodAsNothing() {
        CompletionRequest read = Chats.with("""
            "stream": null, "stream_options": null, "temperature": null, "top_p": null, "n": null, "stop": null,
            "max_completion_tokens": null, "max_tokens": null, "presence_penalty": null, "logit_bias": null,
            "frequency_penalty": null, "logprobs": null, "top_logprobs": null, "seed": null,
            "response_format": null, "tools": null, "tool_choice": null, "parallel_tool_calls": null,
            "reasoning_effort": null, "verbosity": null, "metadata": null, "store": null, "user": null,
            "service_tier": null, "modalities": null, "audio": null, "prediction": null, "functions": null,
            "function_call": null
            """);
        assertThat(read.request().parameters()).isEmpty();
        assertThat(read.request().maxOutputTokens()).isEqualTo(4_000);
    }

    @Test
    void functionsAreTheCallersTools() {
        CompletionRequest read = Chats.with(
                "\"tools\":[" + LOOK + "],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"look\"}}");
        assertThat(read.request().clientTools())
                .containsExactly(new ToolSpec("look", "Looks.", "{\"type\":\"object\"}", true));
        assertThat(read.request().serverTools()).isEmpty();
        assertThat(read.request().toolChoice()).isEqualTo(new ToolChoice.Named("look"));
    }

    @Test
    void ourToolsAreOfferedToWhoeverNamesThem() {
        assertThat(Chats.with("\"tools\":[{\"type\":\"mcp\",\"server_label\":\"turnpike\"}]")
                        .request()
                        .serverTools())
                .containsExactly("calculate", "recall");
        RunRequest narrowed = Chats.with("\"tools\":[" + LOOK
                        + ",{\"type\":\"mcp\",\"server_label\":\"turnpike\",\"allowed_tools\":[\"recall\"]}],"
                        + "\"tool_choice\":{\"type\":\"mcp\",\"server_label\":\"turnpike\",\"name\":\"recall\"}")
                .request();
        assertThat(narrowed.serverTools()).containsExactly("recall");
        assertThat(narrowed.clientTools()).extracting(ToolSpec::name).containsExactly("look");
        assertThat(narrowed.toolChoice()).isEqualTo(new ToolChoice.Named("recall"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "auto"})
    void withoutToolsAChoiceThatForcesNothingIsFine(String choice) {
        assertThat(Chats.with("\"tool_choice\":\"" + choice + "\",\"tools\":[]")
                        .request()
                        .clientTools())
                .isEmpty();
    }

    @Test
    void usageIsToldInAStreamOnRequest() {
        CompletionRequest read =
                Chats.with("\"stream\":true,\"stream_options\":{\"include_usage\":true,\"include_obfuscation\":false}");
        assertThat(read.stream()).isTrue();
        assertThat(read.includeUsage()).isTrue();
    }
}
