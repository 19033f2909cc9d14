package dev.turnpike.responses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestFieldsTest {
    private static final Fields EMPTY = Fields.of(Requests.MAPPER.createObjectNode(), "");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "base_url",
                "baseURL",
                "api_base",
                "api-key",
                "api_key",
                "headers",
                "extra_headers",
                "extra_body",
                "extra_query",
                "default_headers",
                "Authorization",
                "url",
                "proxy",
                "models",
                "fallbacks",
                "azure_endpoint",
                "aws_access_key_id",
                "vertex_credentials",
                "context_window_fallbacks"
            })
    @DisplayName("Row 36: no operator can let through what would redirect a call")
    void whatRedirectsIsNeverPassed(String name) {
        assertThat(RequestFields.redirects(name)).isTrue();
        assertRefused(name);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "messages",
                "n",
                "max_tokens",
                "max_completion_tokens",
                "reasoning_effort",
                "response_format",
                "logprobs",
                "functions",
                "",
                "a b",
                "\uD800",
                "x\"y"
            })
    void whatWeSayOurselvesIsNeverPassed(String name) {
        assertRefused(name);
    }

    @Test
    @DisplayName("Row 36: nor what would do so from within something else")
    void whatRedirectsFromWithinIsNeverPassed() {
        for (String value : List.of("{\"a\":[{\"api_base\":\"https://x\"}]}", "{\"api_key\":1}")) {
            var object = Requests.MAPPER.createObjectNode();
            object.set("litellm_params", Requests.MAPPER.readTree(value));
            var body = Fields.of(object, "");
            assertThat(catchThrowableOfType(
                            ApiException.class, () -> RequestFields.passed(body, RequestFields.RESPONSES, _ -> true)))
                    .isNotNull();
        }
    }

    private static void assertRefused(String name) {
        var body = Fields.of(Requests.MAPPER.createObjectNode().put(name, "x"), "");
        ApiException refusal = Objects.requireNonNull(catchThrowableOfType(
                ApiException.class, () -> RequestFields.passed(body, RequestFields.RESPONSES, _ -> true)));
        assertThat(refusal.status()).isEqualTo(400);
        assertThat(refusal.code()).isEqualTo("unknown_parameter");
    }

    @Test
    void whatOnlyChatCompletionsHasCanBePassed() {
        for (String name : new String[] {"seed", "stop", "logit_bias", "top_k", "chat_template_kwargs"}) {
            var body = Fields.of(Requests.MAPPER.createObjectNode().put(name, 1), "");
            assertThat(RequestFields.passed(body, RequestFields.RESPONSES, name::equals))
                    .containsOnlyKeys(name);
        }
        assertThat(RequestFields.passed(EMPTY, RequestFields.RESPONSES, _ -> true))
                .isEmpty();
    }
}
