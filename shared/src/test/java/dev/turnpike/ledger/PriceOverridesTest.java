package dev.turnpike.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.turnpike.tokens.Usage;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceOverridesTest {
    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final Usage USAGE = Usage.reported(1_000, 200, 100, 0).withCacheWriteTokens(300);

    private static PriceOverrides read(String json) {
        return PriceOverrides.read(
                json,
                pattern -> pattern.endsWith("*")
                        ? name -> name.startsWith(pattern.substring(0, pattern.length() - 1))
                        : pattern::equals);
    }

    private static PriceList list(String json) {
        return PriceList.forProvider("openai")
                .with(Map.of("groq", PriceList.forProvider("groq")))
                .overriddenBy(read(json));
    }

    @Test
    void theyAreTakenBeforeTheList() {
        PriceList prices = list("""
            {"my-model": {"input": 0.5, "cached": 0.05, "cache_write": 0.6, "output": 1.5},
             "gpt-4o-mini": {"input": 1, "output": 2}}\
            """);

        // 500 x 0.5 + 200 x 0.05 + 300 x 0.6 + 100 x 1.5
        assertThat(prices.cost("my-model", USAGE, NOON).micros()).isEqualTo(250 + 10 + 180 + 150);
        // Cached and written tokens cost what the others cost: 1000 x 1 + 100 x 2.
        assertThat(prices.cost("gpt-4o-mini", USAGE, NOON).micros()).isEqualTo(1_200);
        assertThat(prices.cost("gpt-4o", Usage.reported(1_000, 0, 0, 0), NOON).micros())
                .isEqualTo(2_500);
        assertThat(prices.priced("my-model")).isTrue();
        assertThat(prices.most("my-model", 1_000, 100, NOON).micros()).isEqualTo(600 + 150);
    }

    @Test
    void aWholeNameIsTakenBeforeAPatternWhateverTheirOrder() {
        PriceList prices = list("""
            {"own-*": {"input": 1, "output": 1}, "own-large": {"input": 9, "output": 9}, "own-s*": {"input": 5, "output": 5}}\
            """);

        assertThat(prices.cost("own-large", USAGE, NOON).micros()).isEqualTo(9 * 1_100);
        assertThat(prices.cost("own-small", USAGE, NOON).micros()).isEqualTo(1_100);
    }

    @Test
    void aModelOfAnotherProviderIsNamedWithIt() {
        PriceList prices = list("{\"groq/llama*\": {\"input\": 0, \"output\": 0}}");

        assertThat(prices.cost("groq/llama-3.3-70b-versatile", USAGE, NOON).micros())
                .isZero();
        assertThat(prices.naming(model -> "groq/" + model)
                        .cost("llama-3.3-70b-versatile", USAGE, NOON)
                        .micros())
                .isZero();
        assertThat(prices.cost("llama-3.3-70b-versatile", USAGE, NOON).known()).isFalse();
    }

    @Test
    void aServiceTierNeedsAPriceHereToo() {
        PriceList prices = list("""
            {"gpt-4o": {"input": 1, "output": 1}, "own": {"input": 1, "output": 1, "service_tiers": {"flex": 0.5}}}\
            """);

        assertThat(prices.cost("own", "flex", USAGE, NOON).micros()).isEqualTo(550);
        assertThat(prices.cost("own", "priority", USAGE, NOON).known()).isFalse();
        assertThat(prices.cost("gpt-4o", "flex", USAGE, NOON).known()).isFalse();
    }

    @Test
    void whatTheListSaysBesidesPricesStays() {
        PriceList prices = list("{\"gpt-4o-mini\": {\"input\": 1, \"output\": 2}}");

        assertThat(prices.contextWindow("gpt-4o-mini")).hasValue(128_000);
    }

    @Test
    void otherOverridesAreAnotherVersion() {
        String version = list("{\"m\": {\"input\": 1, \"output\": 2}}").version();

        assertThat(version).matches("2026-11\\+[0-9a-f]{6}");
        assertThat(list(" {\"m\": {\"input\": 1, \"output\": 2}}\n").version()).isEqualTo(version);
        assertThat(list("{\"m\": {\"input\": 1, \"output\": 3}}").version()).isNotEqualTo(version);
        assertThat(list("{\"n\": {\"input\": 1, \"output\": 2}}").version()).isNotEqualTo(version);
        assertThat(list("{}").version()).isEqualTo("2026-11");
        assertThat(list("{\"m\": {\"input\": 1, \"output\": 2}}")
                        .cost("gpt-4o", USAGE, NOON)
                        .priceVersion())
                .isEqualTo(version);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]                                                 | an object expected",
                "{\"m\": 3}                                         | an object expected",
                "{\"m\": {\"input\": 1}}                            | \"m\" needs input and output",
                "{\"m\": {\"input\": 1, \"output\": 2, \"cache\": 3}} | has a price of nothing known: cache",
                "{\"m\": {\"input\": -1, \"output\": 2}}            | negative",
                "{\"m\": {\"input\": \"1\", \"output\": 2}}         | not numeric",
                "{\"m\": {\"input\": 1, \"output\": 2}, \"m\": {\"input\": 1, \"output\": 2}} | \"m\" has prices twice",
                "{\"m\": {\"input\": 1, \"output\": 2}              | end-of-input",
                "{\"m\": {\"input\": 1, \"output\": 2}} x           | Unrecognized token",
            })
    void whatIsNoOverrideIsRefusedWithTheReason(String json, String reason) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .containsIgnoringCase(reason);
    }
}
