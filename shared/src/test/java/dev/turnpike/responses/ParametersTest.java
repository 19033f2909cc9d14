package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What goes on to the provider, by its names in Chat Completions.
class ParametersTest {
    @Test
    void nothingIsSentThatWasNotAskedFor() {
        assertThat(parameters("")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "temperature":0.2                | temperature       | 0.2
        "temperature":0                  | temperature       | 0
        "top_p":1                        | top_p             | 1
        "presence_penalty":-2            | presence_penalty  | -2
        "frequency_penalty":1.5          | frequency_penalty | 1.5
        "user":"a \\"b\\""               | user              | "a \\"b\\""
        "reasoning":{"effort":"minimal"} | reasoning_effort  | "minimal"
        "text":{"verbosity":"low"}       | verbosity         | "low"
        "safety_identifier":"s"          | safety_identifier | "s"
        "prompt_cache_key":"k"           | prompt_cache_key  | "k"
        "prompt_cache_retention":"24h"   | prompt_cache_retention | "24h"
        "seed":7                         | seed              | 7
        "x_top_k":[40,{"a":null}]        | x_top_k           | [40,{"a":null}]
        "text":{"format":{"type":"json_object"}} | response_format | {"type":"json_object"}
        """)
    void aParameterGoesOnUnderItsOtherName(String fields, String name, String value) {
        assertThat(parameters(fields)).isEqualTo(Map.of(name, value));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"text\":{}",
                "\"text\":{\"format\":{\"type\":\"text\"}}",
                "\"reasoning\":{}",
                "\"reasoning\":{\"summary\":\"auto\"}",
                "\"reasoning\":{\"generate_summary\":\"auto\"}",
                "\"include\":[]",
                "\"include\":[\"reasoning.encrypted_content\"]",
                "\"metadata\":{\"a\":\"b\"}",
                "\"top_logprobs\":0",
                "\"truncation\":\"auto\"",
                "\"service_tier\":\"fast\"",
                "\"max_tool_calls\":3",
                "\"stream\":true,\"stream_options\":{\"include_obfuscation\":false}",
            })
    void whatClientsSayOfThemselvesStaysHere(String fields) {
        assertThat(parameters(fields)).isEmpty();
    }

    @Test
    void whatTheOperatorLetsThroughIsKeptWithTheRequest() {
        CreateRequest request = Requests.with("\"x_top_k\":40,\"x_none\":null");
        assertThat(request.request().parameters()).isEqualTo(Map.of("x_top_k", "40"));
        assertThat(Requests.stored(request)).isEqualTo(request.request());
    }

    @Test
    void aSchemaIsWrappedAsChatCompletionsWrapsIt() {
        assertThat(parameters("""
            "text":{"format":{"type":"json_schema","name":"place","description":"Where.","strict":true,
             "schema":{"type":"object","properties":{"city":{"type":"string"}}}}}\
            """))
                .isEqualTo(Map.of(
                        "response_format",
                        "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"place\",\"description\":\"Where.\","
                                + "\"strict\":true,\"schema\":{\"type\":\"object\",\"properties\":"
                                + "{\"city\":{\"type\":\"string\"}}}}}"));
    }

    @Test
    void theDeploymentsTemperatureHoldsWhereNoneIsGiven() {
        RequestReader reader = Requests.readerWithTemperature(0.7);
        assertThat(reader.read(WireJson.read(Requests.MAPPER, Requests.body("")))
                        .request()
                        .parameters())
                .containsEntry("temperature", "0.7");
        assertThat(reader.read(WireJson.read(Requests.MAPPER, Requests.body("\"temperature\":1")))
                        .request()
                        .parameters())
                .containsEntry("temperature", "1");
    }

    private static Map<String, String> parameters(String fields) {
        return Requests.with(fields).request().parameters();
    }
}
