package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    private static void assertRefused(ApiException refusal, String code, String param, String message) {
        assertThat(refusal.status()).isEqualTo(400);
        assertThat(refusal.type()).isEqualTo("invalid_request_error");
        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal.param()).isEqualTo(param);
        assertThat(refusal).hasMessage(message);
    }
}
