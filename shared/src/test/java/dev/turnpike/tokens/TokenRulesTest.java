package dev.turnpike.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenRulesTest {
    @ParameterizedTest
    @CsvSource({
        "gpt-4o, o200k_base, true",
        "gpt-4o-2024-08-06, o200k_base, true",
        "GPT-4o-Mini, o200k_base, true",
        "chatgpt-4o-latest, o200k_base, true",
        "gpt-4.1-nano, o200k_base, true",
        "gpt-4.5-preview, o200k_base, true",
        "gpt-5, o200k_base, true",
        "gpt-5.5-pro, o200k_base, true",
        "o1-mini, o200k_base, true",
        "o3, o200k_base, true",
        "o4-mini, o200k_base, true",
        "gpt-4, cl100k_base, true",
        "gpt-4-0613, cl100k_base, true",
        "gpt-4-turbo, cl100k_base, true",
        "gpt-3.5-turbo, cl100k_base, true",
        "gpt-35-turbo, cl100k_base, true",
        "ft:gpt-3.5-turbo-0613:org:name:id, cl100k_base, true",
        "ft:gpt-4o-mini-2024-07-18:org/team::id, o200k_base, true",
        "openai/ft:gpt-4:org::id, cl100k_base, true",
        "openai/gpt-4o, o200k_base, true",
        "openrouter/openai/gpt-4, cl100k_base, true",
        "openai/gpt-4o:free, o200k_base, true",
        "openai.gpt-oss-120b-1:0, o200k_base, false",
        "openai/gpt-oss-20b, o200k_base, false",
        "claude-sonnet-4-5, o200k_base, false",
        "meta-llama/llama-4-scout, o200k_base, false",
        "mistral-large-latest, o200k_base, false",
        "my-gpt-4, o200k_base, false",
        "'', o200k_base, false",
        "':', o200k_base, false",
        "'ft:', o200k_base, false",
        "'/', o200k_base, false"
    })
    void aModelIsKnownByItsName(String model, String encoding, boolean openAi) {
        TokenRules rules = TokenRules.of(model);

        assertThat(rules.encoding()).isEqualTo(encoding);
        assertThat(rules.openAi()).isEqualTo(openAi);
    }

    @Test
    void eachModelIsCountedWithItsOwnEncoding() {
        var counter = new ModelCounter();
        String text = "안녕하세요 세계";

        assertThat(counter.of("gpt-4o").count(text)).isEqualTo(3);
        assertThat(counter.of("gpt-4").count(text))
                .isEqualTo(new JtokkitCounter("cl100k_base").count(text))
                .isNotEqualTo(3);
        assertThat(counter.count(text)).isEqualTo(3);
        assertThat(counter.of("gpt-4")).isSameAs(counter.of("gpt-3.5-turbo"));
    }
}
