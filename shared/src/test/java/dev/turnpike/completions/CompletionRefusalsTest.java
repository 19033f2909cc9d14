package dev.turnpike.completions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.responses.ApiException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is refused, with which code, and where it says the fault is.
class CompletionRefusalsTest {
    private static void assertRefused(ApiException refused, String code, @Nullable String param) {
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.type()).isEqualTo("invalid_request_error");
        assertThat(refused.code()).isEqualTo(code);
        assertThat(refused.param()).isEqualTo(param);
        if (param != null) {
            assertThat(refused.getMessage()).contains("'");
        }
    }

    @Test
    void messagesMustBeThere() {
        assertRefused(Chats.refusal("{}"), "missing_required_parameter", "messages");
        assertRefused(Chats.refusal("{\"model\":\"gpt-4o\"}"), "missing_required_parameter", "messages");
        assertRefused(Chats.refusal("{\"model\":\"gpt-4o\",\"messages\":[]}"), "empty_array", "messages");
        assertRefused(Chats.refusal("{\"model\":\"gpt-4o\",\"messages\":\"hi\"}"), "invalid_type", "messages");
        assertRefused(Chats.refusal("{\"model\":\"gpt-4o\",\"messages\":[\"hi\"]}"), "invalid_type", "messages[0]");
        assertRefused(Chats.refusal("{\"model\":\"gpt-4o\",\"input\":\"hi\"}"), "unsupported_parameter", "input");
        assertRefused(Chats.refusal("[]"), "invalid_type", null);
    }

    @Test
    void anUnknownModelIsNotFound() {
        ApiException refused =
                Chats.refusal("{\"model\":\"claude\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        assertThat(refused.status()).isEqualTo(404);
        assertThat(refused.code()).isEqualTo("model_not_found");
        assertThat(refused.getMessage()).contains("'claude'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"temperature\": 2.1 | decimal_above_max_value | temperature",
                "\"temperature\": \"1\" | invalid_type | temperature",
                "\"top_p\": -0.1 | decimal_below_min_value | top_p",
                "\"presence_penalty\": 3 | decimal_above_max_value | presence_penalty",
                "\"frequency_penalty\": -3 | decimal_below_min_value | frequency_penalty",
                "\"n\": 2 | unsupported_value | n",
                "\"n\": 0 | integer_below_min_value | n",
                "\"n\": 1.5 | invalid_type | n",
                "\"stop\": 5 | invalid_type | stop",
                "\"stop\": [1] | invalid_type | stop[0]",
                "\"stop\": [\"a\",\"b\",\"c\",\"d\",\"e\"] | array_above_max_length | stop",
                "\"max_tokens\": 0 | integer_below_min_value | max_tokens",
                "\"max_tokens\": -1 | integer_below_min_value | max_tokens",
                "\"max_completion_tokens\": \"5\" | invalid_type | max_completion_tokens",
                "\"max_tokens\": 5, \"max_completion_tokens\": 5 | mutually_exclusive_parameters | max_tokens",
                "\"logit_bias\": [] | invalid_type | logit_bias",
                "\"logit_bias\": {\"1\": 101} | decimal_above_max_value | logit_bias.1",
                "\"logit_bias\": {\"1\": null} | invalid_type | logit_bias.1",
                "\"logprobs\": true | unsupported_parameter | logprobs",
                "\"logprobs\": 1 | invalid_type | logprobs",
                "\"top_logprobs\": 3 | unsupported_parameter | top_logprobs",
                "\"top_logprobs\": 21 | integer_above_max_value | top_logprobs",
                "\"seed\": 1.5 | invalid_type | seed",
                "\"seed\": 9223372036854775808 | invalid_value | seed",
                "\"reasoning_effort\": \"hard\" | invalid_value | reasoning_effort",
                "\"verbosity\": \"loud\" | invalid_value | verbosity",
                "\"service_tier\": \"gold\" | invalid_value | service_tier",
                "\"metadata\": {\"a\": 1} | invalid_type | metadata.a",
                "\"user\": 5 | invalid_type | user",
                "\"store\": \"no\" | invalid_type | store",
                "\"stream\": \"yes\" | invalid_type | stream",
                "\"stream_options\": {\"include_usage\": true} | invalid_value | stream_options",
                "\"stream\": true, \"stream_options\": {\"include_usage\": 1} | invalid_type |"
                        + " stream_options.include_usage",
                "\"response_format\": {} | missing_required_parameter | response_format.type",
                "\"response_format\": \"json\" | invalid_type | response_format",
                "\"response_format\": {\"type\": \"xml\"} | invalid_value | response_format.type",
                "\"response_format\": {\"type\": \"json_schema\"} | missing_required_parameter |"
                        + " response_format.json_schema",
                "\"response_format\": {\"type\": \"json_schema\", \"json_schema\": {\"schema\": {}}} |"
                        + " missing_required_parameter | response_format.json_schema.name",
                "\"response_format\": {\"type\": \"json_schema\", \"json_schema\": {\"name\": \"a\"}} |"
                        + " missing_required_parameter | response_format.json_schema.schema",
                "\"modalities\": [\"text\", \"audio\"] | invalid_value | modalities",
                "\"audio\": {\"voice\": \"alloy\"} | unsupported_parameter | audio",
                "\"prediction\": {\"type\": \"content\"} | unsupported_parameter | prediction",
                "\"functions\": [{\"name\": \"look\"}] | unsupported_parameter | functions",
                "\"function_call\": \"auto\" | unsupported_parameter | function_call",
                "\"web_search_options\": {} | unsupported_parameter | web_search_options",
                "\"zzz\": 1 | unknown_parameter | zzz",
                "\"turnpike\": {\"server_tools\": []} | unknown_parameter | turnpike.server_tools",
                "\"instructions\": \"x\" | unknown_parameter | instructions",
                "\"tools\": [{}] | missing_required_parameter | tools[0].type",
                "\"tools\": [{\"type\": \"custom\"}] | invalid_value | tools[0].type",
                "\"tools\": [{\"type\": \"function\", \"name\": \"look\"}] | missing_required_parameter |"
                        + " tools[0].function",
                "\"tools\": [{\"type\": \"function\", \"function\": {}}] | missing_required_parameter |"
                        + " tools[0].function.name",
                "\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"a b\"}}] | invalid_value |"
                        + " tools[0].function.name",
                "\"tools\": [{\"type\": \"mcp\", \"server_label\": \"other\"}] | unsupported_value |"
                        + " tools[0].server_label",
                "\"tool_choice\": \"required\" | invalid_value | tool_choice",
                "\"tool_choice\": \"maybe\" | invalid_value | tool_choice",
                "\"tool_choice\": {\"type\": \"function\", \"name\": \"look\"} | missing_required_parameter |"
                        + " tool_choice.function",
                "\"tool_choice\": {\"type\": \"function\", \"function\": {\"name\": \"look\"}} | invalid_value |"
                        + " tool_choice"
            })
    void aFieldThatCantBeHonouredIsRefusedByName(String fields, String code, String param) {
        assertRefused(Chats.refusalWith(fields), code, param);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"content\": \"hi\"} | missing_required_parameter | messages[0].role",
                "{\"role\": \"robot\", \"content\": \"hi\"} | invalid_value | messages[0].role",
                "{\"role\": \"function\", \"name\": \"look\", \"content\": \"hi\"} | unsupported_value |"
                        + " messages[0].role",
                "{\"role\": \"user\"} | missing_required_parameter | messages[0].content",
                "{\"role\": \"user\", \"content\": null} | missing_required_parameter | messages[0].content",
                "{\"role\": \"user\", \"content\": 5} | invalid_type | messages[0].content",
                "{\"role\": \"user\", \"content\": [\"hi\"]} | invalid_type | messages[0].content[0]",
                "{\"role\": \"user\", \"content\": [{\"text\": \"hi\"}]} | missing_required_parameter |"
                        + " messages[0].content[0].type",
                "{\"role\": \"user\", \"content\": [{\"type\": \"text\"}]} | missing_required_parameter |"
                        + " messages[0].content[0].text",
                "{\"role\": \"user\", \"content\": [{\"type\": \"input_text\", \"text\": \"hi\"}]} | invalid_value |"
                        + " messages[0].content[0].type",
                "{\"role\": \"user\", \"content\": [{\"type\": \"input_audio\", \"input_audio\": {}}]} |"
                        + " unsupported_value | messages[0].content[0].type",
                "{\"role\": \"user\", \"content\": [{\"type\": \"file\", \"file\": {}}]} | missing_required_parameter |"
                        + " messages[0].content[0].file.file_data",
                "{\"role\": \"user\", \"content\": [{\"type\": \"image_url\"}]} | missing_required_parameter |"
                        + " messages[0].content[0].image_url",
                "{\"role\": \"user\", \"content\": [{\"type\": \"image_url\", \"image_url\": {\"url\":"
                        + " \"file:///etc/passwd\"}}]} | invalid_image_url | messages[0].content[0].image_url.url",
                "{\"role\": \"user\", \"content\": [{\"type\": \"image_url\", \"image_url\": {\"url\":"
                        + " \"https://a/b\", \"detail\": \"x\"}}]} | invalid_value |"
                        + " messages[0].content[0].image_url.detail",
                "{\"role\": \"system\", \"content\": [{\"type\": \"image_url\", \"image_url\": {\"url\":"
                        + " \"https://a/b\"}}]} | invalid_value | messages[0].content[0].type",
                "{\"role\": \"assistant\"} | missing_required_parameter | messages[0].content",
                "{\"role\": \"assistant\", \"content\": null, \"function_call\": {\"name\": \"look\"}} |"
                        + " unsupported_parameter | messages[0].function_call",
                "{\"role\": \"assistant\", \"audio\": {\"id\": \"a\"}} | unsupported_parameter | messages[0].audio",
                "{\"role\": \"assistant\", \"tool_calls\": [{}]} | missing_required_parameter |"
                        + " messages[0].tool_calls[0].id",
                "{\"role\": \"assistant\", \"tool_calls\": [{\"id\": \"a\", \"type\": \"custom\"}]} | invalid_value |"
                        + " messages[0].tool_calls[0].type",
                "{\"role\": \"assistant\", \"tool_calls\": [{\"id\": \"a\", \"type\": \"function\"}]} |"
                        + " missing_required_parameter | messages[0].tool_calls[0].function",
                "{\"role\": \"assistant\", \"tool_calls\": [{\"id\": \"a\", \"function\": {\"name\": \"b\"}}]} |"
                        + " missing_required_parameter | messages[0].tool_calls[0].function.arguments",
                "{\"role\": \"tool\", \"content\": \"9\"} | missing_required_parameter | messages[0].tool_call_id",
                "{\"role\": \"tool\", \"tool_call_id\": \"a\"} | missing_required_parameter | messages[0].content"
            })
    void aMessageThatCantBeReadIsRefusedByItsPlace(String message, String code, String param) {
        assertRefused(Chats.refusalSaying(message), code, param);
    }

    @ParameterizedTest
    @ValueSource(strings = {"audio", "prediction", "functions", "function_call", "logprobs"})
    void aRefusalSaysWhatToDo(String name) {
        assertThat(Chats.refusalWith("\"" + name + "\":" + (name.equals("logprobs") ? "true" : "{}"))
                        .getMessage())
                .matches("Unsupported parameter: '" + name + "'\\. [A-Z].{20,}\\.");
    }
}
