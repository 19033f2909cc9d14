package dev.turnpike.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.tokens.Usage;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/// Costs that a reader can check with paper and pencil: see the file for how each was worked out.
class CostsByHandTest {
    private static final PriceList OWN = PriceList.forProvider("openai")
            .with(Map.of("groq", PriceList.forProvider("groq")))
            .overriddenBy(PriceOverrides.read("""
                {"mine": {"input": 0.5, "cached": 0.05, "cache_write": 0.6, "output": 1.5},
                 "groq/*": {"input": 0, "output": 0}, "o3": {"input": 1, "output": 2}}\
                """, pattern -> name -> name.matches(pattern.replace("*", ".*"))));

    @ParameterizedTest(name = "{0} {1} {2}: {3} at {4} costs {5}, for {6}")
    @CsvFileSource(resources = "costs-by-hand.csv", delimiter = '|', quoteCharacter = '`')
    void aCostIsWhatAHandWorksOut(
            String provider, String model, String tier, String tokens, Instant at, String micros, String how) {
        PriceList prices = provider.equals("own") ? OWN : PriceList.forProvider(provider);

        Cost cost = prices.cost(model, tier.equals("-") ? "" : tier, usage(tokens), at);

        assertThat(cost.micros()).as(how).isEqualTo(micros.equals("unknown") ? null : Long.valueOf(micros));
        assertThat(cost.priceVersion()).startsWith("2026-11");
    }

    /// Input, cached, written, output, reasoning.
    private static Usage usage(String tokens) {
        String[] count = tokens.split(", *", -1);
        return Usage.reported(
                        Long.parseLong(count[0]),
                        Long.parseLong(count[1]),
                        Long.parseLong(count[3]),
                        Long.parseLong(count[4]))
                .withCacheWriteTokens(Long.parseLong(count[2]));
    }
}
