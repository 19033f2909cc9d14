package dev.turnpike.responses;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What callers are told of bad requests, in OpenAI's words.
class RequestRefusalsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
        []     | invalid_type | - | Invalid body: expected an object, but got an array instead.
        null   | invalid_type | - | Invalid body: expected an object, but got null instead.
        "hi"   | invalid_type | - | Invalid body: expected an object, but got a string instead.
        1.5    | invalid_type | - | Invalid body: expected an object, but got a decimal instead.
        """)
    void aBodyIsAnObject(String body, String code, String param, String message) {
        assertRefused(Requests.refusal(body), code, param, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
        {"model":"gpt-4o","messages":[]}           | unsupported_parameter | messages
        {"model":"gpt-4o","messages":[],"input":1} | unsupported_parameter | messages
        """)
    void messagesAreNowInput(String body, String code, String param) {
        assertRefused(
                Requests.refusal(body),
                code,
                param,
                "Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
        "input":[null]   | input[0] | expected an object, but got null instead.
        "input":["hi"]   | input[0] | expected an object, but got a string instead.
        "input":[{"role":"user","content":"x"},[]] | input[1] | expected an object, but got an array instead.
        "tools":[null]   | tools[0] | expected an object, but got null instead.
        "reasoning":true | reasoning | expected an object, but got a boolean instead.
        """)
    void whatIsNotAnObjectIsNamedForWhatItIs(String field, String param, String message) {
        ApiException refusal = Requests.refusal("{\"model\":\"gpt-4o\",\"input\":\"hi\"," + field + "}");
        assertRefused(refusal, "invalid_type", param, "Invalid type for '" + param + "': " + message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
        {}                              | missing_required_parameter | input | Missing required parameter: 'input'.
        {"model":"gpt-4o"}              | missing_required_parameter | input | Missing required parameter: 'input'.
        {"model":"gpt-4o","input":null} | missing_required_parameter | input | Missing required parameter: 'input'.
        {"model":"gpt-4o","input":""}   | missing_required_parameter | - | Missing required parameter: one of 'input', 'previous_response_id' or 'conversation' must be provided.
        {"model":"gpt-4o","input":[]}   | missing_required_parameter | - | Missing required parameter: one of 'input', 'previous_response_id' or 'conversation' must be provided.
        {"model":"gpt-4o","input":5}    | invalid_type | input | Invalid type for 'input': expected a string or an array, but got an integer instead.
        {"model":"gpt-4o","input":{}}   | invalid_type | input | Invalid type for 'input': expected a string or an array, but got an object instead.
        {"model":5,"input":"hi"}        | invalid_type | model | Invalid type for 'model': expected a string, but got an integer instead.
        {"model":"","input":"hi"}       | model_not_found | model | The requested model '' does not exist or is not allowed here. GET /v1/models lists what is.
        {"model":"claude","input":"hi"} | model_not_found | model | The requested model 'claude' does not exist or is not allowed here. GET /v1/models lists what is.
        """)
    void aRequestNeedsAModelAndAnInput(String body, String code, String param, String message) {
        assertRefused(Requests.refusal(body), code, param, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "zzz":1                         | zzz
        "zzz":null                      | zzz
        "Model":"gpt-4o"                | Model
        "":0                            | ``
        "turnpike":{"server_tools":[]}  | turnpike.server_tools
        "max_tokens":5                  | max_tokens
        "response_format":{}            | response_format
        """)
    void anUnknownFieldIsRefused(String field, String param) {
        assertRefused(Requests.refusalWith(field), "unknown_parameter", param, "Unknown parameter: '" + param + "'.");
    }

    @ParameterizedTest
    @DisplayName("Row 36: where the provider is and how it is asked is not for a request to say")
    @ValueSource(strings = {"base_url", "api_base", "headers", "extra_headers", "api_key", "organization"})
    void whereTheProviderIsIsNotForARequestToSay(String name) {
        assertRefused(
                Requests.refusalWith("\"" + name + "\":\"https://example.com\""),
                "unknown_parameter",
                name,
                "Unknown parameter: '" + name + "'.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
        # types
        "instructions":5              | instructions         | a string, but got an integer
        "instructions":[]             | instructions         | a string, but got an array
        "store":"yes"                 | store                | a boolean, but got a string
        "background":1                | background           | a boolean, but got an integer
        "stream":"true"               | stream               | a boolean, but got a string
        "parallel_tool_calls":0       | parallel_tool_calls  | a boolean, but got an integer
        "max_output_tokens":"100"     | max_output_tokens    | an integer, but got a string
        "max_output_tokens":16.0      | max_output_tokens    | an integer, but got a decimal
        "max_tool_calls":true         | max_tool_calls       | an integer, but got a boolean
        "top_logprobs":{}             | top_logprobs         | an integer, but got an object
        "temperature":"0.5"           | temperature          | a decimal, but got a string
        "top_p":[]                    | top_p                | a decimal, but got an array
        "truncation":5                | truncation           | a string, but got an integer
        "service_tier":false          | service_tier         | a string, but got a boolean
        "user":5                      | user                 | a string, but got an integer
        "previous_response_id":5      | previous_response_id | a string, but got an integer
        "conversation":5              | conversation         | an object, but got an integer
        "conversation":{"id":5}       | conversation.id      | a string, but got an integer
        "include":"x"                 | include              | an array, but got a string
        "include":[5]                 | include[0]           | a string, but got an integer
        "include":[null]              | include[0]           | a string, but got an object
        "metadata":[]                 | metadata             | an object, but got an array
        "metadata":{"a":5}            | metadata.a           | a string, but got an integer
        "metadata":{"a":null}         | metadata.a           | a string, but got an object
        "metadata":{"a":{}}           | metadata.a           | a string, but got an object
        "stream":true,"stream_options":5 | stream_options    | an object, but got an integer
        "reasoning":"high"            | reasoning            | an object, but got a string
        "reasoning":{"effort":5}      | reasoning.effort     | a string, but got an integer
        "text":"plain"                | text                 | an object, but got a string
        "text":{"format":"json"}      | text.format          | an object, but got a string
        "text":{"verbosity":1}        | text.verbosity       | a string, but got an integer
        "text":{"format":{"type":"json_schema","name":"n","schema":[]}} | text.format.schema | an object, but got an array
        "tools":{}                    | tools                | an array, but got an object
        "tools":[{"type":"function","name":5}] | tools[0].name | a string, but got an integer
        "tools":[{"type":"function","name":"f","strict":"yes"}] | tools[0].strict | a boolean, but got a string
        "tools":[{"type":"function","name":"f","parameters":[]}] | tools[0].parameters | an object, but got an array
        "tools":[{"type":"mcp","server_label":"turnpike","allowed_tools":"recall"}] | tools[0].allowed_tools | an array, but got a string
        "tool_choice":5               | tool_choice          | an object, but got an integer
        "tool_choice":[]              | tool_choice          | an object, but got an array
        """)
    void aFieldOfTheWrongTypeIsRefused(String field, String param, String expected) {
        assertRefused(
                Requests.refusalWith(field),
                "invalid_type",
                param,
                "Invalid type for '" + param + "': expected " + expected + " instead.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
        "truncation":"none"            | truncation    | Invalid value: 'none'. Supported values are: 'auto' and 'disabled'.
        "service_tier":"gold"          | service_tier  | Invalid value: 'gold'. Supported values are: 'auto', 'default', 'flex', 'scale', 'priority', and 'fast'.
        "reasoning":{"effort":"huge"}  | reasoning.effort | Invalid value: 'huge'. Supported values are: 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', and 'max'.
        "reasoning":{"summary":"long"} | reasoning.summary | Invalid value: 'long'. Supported values are: 'auto', 'concise', and 'detailed'.
        "text":{"verbosity":"bogus"}   | text.verbosity | Invalid value: 'bogus'. Supported values are: 'low', 'medium', and 'high'.
        "text":{"format":{"type":"xml"}} | text.format.type | Invalid value: 'xml'. Supported values are: 'text', 'json_schema', and 'json_object'.
        "tools":[{"type":"web_search"}] | tools[0].type | Invalid value: 'web_search'. Supported values are: 'function' and 'mcp'.
        "tool_choice":"maybe"          | tool_choice   | Invalid value: 'maybe'. Supported values are: 'none', 'auto', and 'required'.
        "tool_choice":{"type":"custom","name":"f"} | tool_choice.type | Invalid value: 'custom'. Supported values are: 'function', 'mcp', and 'allowed_tools'.
        "stream_options":{}            | stream_options | The 'stream_options' parameter is only allowed when 'stream' is enabled.
        "tools":[{"type":"function","name":"a b"}] | tools[0].name | Invalid 'tools[0].name': expected 1 to 128 characters of a-z, A-Z, 0-9, '_' and '-'.
        "tools":[{"type":"function","name":""}] | tools[0].name | Invalid 'tools[0].name': expected 1 to 128 characters of a-z, A-Z, 0-9, '_' and '-'.
        "tools":[{"type":"function","name":"f"},{"type":"function","name":"f"}] | tools[1].name | Invalid 'tools[1].name': there is more than one tool of that name.
        "tools":[{"type":"mcp","server_label":"turnpike","allowed_tools":["rm"]}] | tools[0].allowed_tools | Invalid value: 'rm'. Supported values are: 'calculate' and 'recall'.
        "tool_choice":{"type":"function","name":"f"} | tool_choice | Tool choice 'f' not found in 'tools' parameter.
        """)
    void aValueThatIsNotSupportedIsRefused(String field, String param, String message) {
        assertRefused(Requests.refusalWith(field), "invalid_value", param, message);
    }

    @Test
    void whatMayBeIncludedIsListed() {
        ApiException refusal = Requests.refusalWith("\"include\":[\"reasoning.encrypted_content\",\"all\"]");
        assertThat(refusal.code()).isEqualTo("invalid_value");
        assertThat(refusal.param()).isEqualTo("include[1]");
        assertThat(refusal).hasMessageStartingWith("Invalid value: 'all'. Supported values are: 'file_search");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "max_output_tokens":15   | integer_below_min_value | Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 15 instead.
        "max_output_tokens":-99999999999999999999 | integer_below_min_value | Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got -99999999999999999999 instead.
        "max_output_tokens":2147483648 | integer_above_max_value | Invalid 'max_output_tokens': integer above maximum value. Expected a value <= 2147483647, but got 2147483648 instead.
        "max_tool_calls":0       | integer_below_min_value | Invalid 'max_tool_calls': integer below minimum value. Expected a value >= 1, but got 0 instead.
        "top_logprobs":21        | integer_above_max_value | Invalid 'top_logprobs': integer above maximum value. Expected a value <= 20, but got 21 instead.
        "temperature":2.1        | decimal_above_max_value | Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.1 instead.
        "temperature":1e400      | decimal_above_max_value | Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 1E+400 instead.
        "temperature":-1         | decimal_below_min_value | Invalid 'temperature': decimal below minimum value. Expected a value >= 0, but got -1 instead.
        "top_p":1.01             | decimal_above_max_value | Invalid 'top_p': decimal above maximum value. Expected a value <= 1, but got 1.01 instead.
        "presence_penalty":-3    | decimal_below_min_value | Invalid 'presence_penalty': decimal below minimum value. Expected a value >= -2, but got -3 instead.
        "frequency_penalty":2.5  | decimal_above_max_value | Invalid 'frequency_penalty': decimal above maximum value. Expected a value <= 2, but got 2.5 instead.
        """)
    void aNumberOutOfRangeIsRefused(String field, String code, String message) {
        String param = field.substring(1, field.indexOf('"', 1));
        assertRefused(Requests.refusalWith(field), code, param, message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "tools":[{}]                              | tools[0].type
        "tools":[{"type":"function"}]             | tools[0].name
        "tools":[{"type":"function","function":{"name":"f"}}] | tools[0].name
        "tools":[{"type":"mcp"}]                  | tools[0].server_label
        "tool_choice":{}                          | tool_choice.type
        "tool_choice":{"type":"function"}         | tool_choice.name
        "conversation":{}                         | conversation.id
        "text":{"format":{}}                      | text.format.type
        "text":{"format":{"type":"json_schema"}}  | text.format.name
        "text":{"format":{"type":"json_schema","name":"n"}} | text.format.schema
        """)
    void aFieldThatIsMissingInsideIsNamedByItsPath(String field, String param) {
        assertRefused(
                Requests.refusalWith(field),
                "missing_required_parameter",
                param,
                "Missing required parameter: '" + param + "'.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "tools":[{"type":"mcp","server_label":"github"}] | unsupported_value | tools[0].server_label | Only the tools of this server can be used: 'server_label' must be 'turnpike'.
        "tools":[{"type":"mcp","server_label":"turnpike","require_approval":"sometimes"}] | invalid_value | tools[0].require_approval | Invalid value: 'sometimes'. Supported values are: 'always' and 'never'.
        "tools":[{"type":"mcp","server_label":"turnpike","require_approval":{"never":{"read_only":true}}}] | unknown_parameter | tools[0].require_approval.never.read_only | Unknown parameter: 'tools[0].require_approval.never.read_only'.
        "prompt":{"id":"pmpt_1"}   | unsupported_parameter | prompt | Unsupported parameter: 'prompt'. Prompts are not stored here; send 'instructions' and 'input'.
        "context_management":{} | invalid_type | context_management | Invalid type for 'context_management': expected an array, but got an object instead.
        "context_management":[{}] | missing_required_parameter | context_management[0].type | Missing required parameter: 'context_management[0].type'.
        "context_management":[{"type":"cut"}] | invalid_value | context_management[0].type | Invalid value: 'cut'. Supported values are: 'compaction'.
        "context_management":[{"type":"compaction","compact_threshold":999}] | integer_below_min_value | context_management[0].compact_threshold | Invalid 'context_management[0].compact_threshold': integer below minimum value. Expected a value >= 1000, but got 999 instead.
        "context_management":[{"type":"compaction"},{"type":"compaction"}] | array_above_max_length | context_management | Invalid 'context_management': array too long. Expected an array with maximum length 1, but got an array with length 2 instead.
        """)
    void whatIsNotSupportedIsSaidToBe(String field, String code, String param, String message) {
        assertRefused(Requests.refusalWith(field), code, param, message);
    }

    @Test
    void aConversationAndAPreviousResponseExcludeEachOther() {
        assertRefused(
                Requests.refusalWith("\"conversation\":\"conv_1\",\"previous_response_id\":\"resp_1\""),
                "mutually_exclusive_parameters",
                null,
                "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. Give only one of them.");
    }

    @Test
    void metadataIsBounded() {
        String pairs =
                IntStream.range(0, 17).mapToObj(i -> "\"k" + i + "\":\"v\"").collect(joining(","));
        assertRefused(
                Requests.refusalWith("\"metadata\":{" + pairs + "}"),
                "object_above_max_properties",
                "metadata",
                "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an"
                        + " object with 17 properties instead.");
        assertRefused(
                Requests.refusalWith("\"metadata\":{\"" + "k".repeat(65) + "\":\"v\"}"),
                "string_above_max_length",
                "metadata",
                "Invalid 'metadata': a key is longer than 64 characters.");
        assertRefused(
                Requests.refusalWith("\"metadata\":{\"k\":\"" + "v".repeat(513) + "\"}"),
                "string_above_max_length",
                "metadata.k",
                "Invalid 'metadata.k': string too long. Expected a string with maximum length 512, but got a string"
                        + " with length 513 instead.");
        String most = IntStream.range(0, 16)
                .mapToObj(i -> "\"%064d\":\"%s\"".formatted(i, "v".repeat(512)))
                .collect(joining(","));
        assertThat(Requests.with("\"metadata\":{" + most + "}").input()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention"})
    void identifiersAreBounded(String name) {
        ApiException refusal = Requests.refusalWith("\"" + name + "\":\"" + "x".repeat(513) + "\"");
        assertThat(refusal.code()).isEqualTo("string_above_max_length");
        assertThat(refusal.param()).isEqualTo(name);
    }

    /// Each body has two faults or more; the one to be told of first is named.
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
        {"zzz":1,"store":5}                                            | input
        {"zzz":1,"store":5,"input":"hi"}                               | zzz
        {"model":5,"zzz":1}                                            | input
        {"model":5,"input":"hi","zzz":1}                               | zzz
        {"model":"none","input":[5],"store":5}                         | model
        {"model":"gpt-4o","input":[5],"temperature":"hot"}             | temperature
        {"model":"gpt-4o","input":[5],"tools":[5]}                     | input[0]
        {"model":"gpt-4o","input":[5],"conversation":"c","previous_response_id":"r"} | input[0]
        {"model":"gpt-4o","input":"hi","tools":[5],"conversation":{}}  | conversation.id
        """)
    void faultsAreToldInOpenAisOrder(String body, String param) {
        assertThat(Requests.refusal(body).param()).isEqualTo(param);
    }

    @Test
    void aHugeValueIsNotSentBackWhole() {
        for (String field : List.of(
                "\"truncation\":\"%s\"",
                "\"tool_choice\":{\"type\":\"function\",\"name\":\"%s\"}",
                "\"tool_choice\":{\"type\":\"%s\"}",
                "\"tools\":[{\"type\":\"%s\"}]",
                "\"include\":[\"%s\"]",
                "\"%s\":1",
                "\"metadata\":{\"%s\":1}",
                "\"max_output_tokens\":1%s")) {
            String huge = field.contains("1%s") ? "0".repeat(390) : "😀".repeat(500);
            ApiException refusal = Requests.refusalWith(field.formatted(huge));
            assertThat(String.valueOf(refusal.getMessage())).as(field).hasSizeLessThan(500);
            assertThat(String.valueOf(refusal.param())).as(field).hasSizeLessThan(200);
        }
    }

    private static void assertRefused(ApiException refusal, String code, @Nullable String param, String message) {
        assertThat(refusal.status()).isEqualTo(400);
        assertThat(refusal.type()).isEqualTo("invalid_request_error");
        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal.param()).isEqualTo(param);
        assertThat(refusal).hasMessage(message);
    }
}
