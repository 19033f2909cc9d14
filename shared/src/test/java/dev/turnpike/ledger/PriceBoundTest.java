package dev.turnpike.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.tokens.Usage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a call may cost at most, before it is made.
class PriceBoundTest {
    private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
    private static final Duration QUARTER = Duration.ofMinutes(15);
    private static final long MAX_TOKENS = 1_000_000;

    private final PriceList openai = PriceList.forProvider("openai");
    private final PriceList own = PriceFileTest.own("""
        {"version": "own-1", "providers": {"openai": {"models": [
          {"id": "cheaper-later", "match": {"equals": "cheaper-later"}, "prices":
            {"input_mtok": {"base": 3, "tiers": [{"start": 100, "price": 1}]}, "output_mtok": 0}},
          {"id": "written", "match": {"equals": "written"}, "prices":
            {"input_mtok": 1, "cache_write_mtok": 1.25, "output_mtok": 2}},
          {"id": "pictured", "match": {"equals": "pictured"}, "prices":
            {"input_mtok": 1, "input_image_mtok": 8, "output_mtok": 2}},
          {"id": "silent", "match": {"equals": "silent"}, "prices": {"input_mtok": 1}},
          {"id": "nightly", "match": {"equals": "nightly"}, "prices": [
            {"prices": {"input_mtok": 1, "output_mtok": 1}},
            {"constraint": {"start_time": "22:00:00Z", "end_time": "06:00:00Z"},
             "prices": {"input_mtok": 5, "output_mtok": 5}}]},
          {"id": "raised", "match": {"equals": "raised"}, "prices": [
            {"prices": {"input_mtok": 1, "output_mtok": 1}},
            {"constraint": {"start_date": "2026-12-01"}, "prices": {"input_mtok": 7, "output_mtok": 7}}]}
        ]}}}
        """);

    @Test
    void everyTokenCostsTheDearestThatItMay() {
        // 0.15 in, 0.60 out; 0.75 micro-USD for one of each, rounded up.
        assertThat(most(openai, "gpt-4o-mini", 1_000_000, 1_000_000, NOON)).isEqualTo(750_000);
        assertThat(most(openai, "gpt-4o-mini", 1, 1, NOON)).isEqualTo(1);
        assertThat(most(openai, "gpt-4o-mini", 2, 0, NOON)).isEqualTo(1);
        assertThat(most(openai, "gpt-4o-mini", 0, 0, NOON)).isZero();
        assertThat(most(openai, "gpt-4o-mini", -5, -5, NOON)).isZero();
        // All of it may be written to the cache, at 1.25, or be an image, at 8.
        assertThat(most(own, "written", 100, 10, NOON)).isEqualTo(125 + 20);
        assertThat(most(own, "pictured", 100, 10, NOON)).isEqualTo(800 + 20);
    }

    @Test
    void aTierThatIsWithinReachCounts() {
        PriceList anthropic = PriceList.forProvider("anthropic");
        Instant tiered = Instant.parse("2026-03-01T00:00:00Z");
        // Input 5, or 6.25 where it is written to the cache; 10 and 12.50 above 200,000. Output 25, and 37.50.
        assertThat(most(anthropic, "claude-opus-4-6", 200_000, 1_000, tiered)).isEqualTo(1_250_000 + 25_000);
        assertThat(most(anthropic, "claude-opus-4-6", 200_001, 1_000, tiered)).isEqualTo(2_500_013 + 37_500);
        // Above 100 tokens each costs 1 instead of 3, but the call need not use them all.
        assertThat(most(own, "cheaper-later", 100, 0, NOON)).isEqualTo(300);
        assertThat(most(own, "cheaper-later", 101, 0, NOON)).isEqualTo(303);
    }

    @ParameterizedTest
    @CsvSource({
        "nightly, 2026-11-01T21:44:59Z, 1",
        "nightly, 2026-11-01T21:45:00Z, 5",
        "nightly, 2026-11-01T05:59:59Z, 5",
        "nightly, 2026-11-01T06:00:00Z, 1",
        "raised, 2026-11-30T23:44:59.999Z, 1",
        "raised, 2026-11-30T23:45:00Z, 7",
        "raised, 2026-12-01T00:00:00Z, 7",
    })
    void aPriceThatBeginsBeforeTheCallHasEndedCounts(String model, Instant at, long micros) {
        assertThat(most(own, model, 1, 0, at)).isEqualTo(micros);
        assertThat(most(own, model, 0, 1, at)).isEqualTo(micros);
    }

    @Test
    void whatHasNoPriceHasNoBound() {
        assertThat(openai.most("my-own-llama", 10, 10, NOON)).isEqualTo(Cost.unknown("2026-11"));
        assertThat(own.most("silent", 10, 1, NOON)).isEqualTo(Cost.unknown("own-1"));
        assertThat(most(own, "silent", 10, 0, NOON)).isEqualTo(10);
        assertThat(openai.most("gpt-4o", Long.MAX_VALUE, 0, NOON).known()).isFalse();
        assertThat(openai.priced("gpt-4o")).isTrue();
        assertThat(openai.priced("GPT-4o-2024-08-06")).isTrue();
        assertThat(openai.priced("my-own-llama")).isFalse();
    }

    @Test
    void aTierThatTheProviderIsAskedForCountsBesideTheUsualOne() {
        // Priority costs 4.25 and 17 instead of 2.50 and 10; flex is half, but the provider may serve as usual.
        assertThat(most(openai.asking("priority"), "gpt-4o", 1_000, 100, NOON)).isEqualTo(4_250 + 1_700);
        assertThat(most(openai.asking("flex"), "gpt-4o", 1_000, 100, NOON)).isEqualTo(2_500 + 1_000);
        assertThat(openai.asking("scale").most("gpt-4o", 1_000, 100, NOON).known())
                .isFalse();
    }

    @Test
    void modelsOfOtherProvidersAreBoundByTheirPrices() {
        PriceList both = openai.with(Map.of("own", own));
        assertThat(most(both, "own/written", 100, 10, NOON)).isEqualTo(145);
        assertThat(both.priced("own/written")).isTrue();
        assertThat(both.priced("own/gpt-4o")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "azure", "anthropic", "google", "groq", "mistral", "deepseek", "x-ai"})
    void noCallOfAnyModelCostsMore(String provider) {
        var random = new Random(20261101);
        for (ModelPrices model : models(provider)) {
            for (int i = 0; i < 400; i++) {
                Instant at = NOON.minusSeconds(random.nextInt(60_000_000));
                long in = tokens(random, MAX_TOKENS);
                long out = tokens(random, MAX_TOKENS);
                String tier = oneOf(model, random);
                Usage usage = usage(random, in, out);
                Instant ended = at.plusMillis(random.nextLong(QUARTER.toMillis() + 1));
                assertThat(model.of(tier, usage, ended).orElseThrow())
                        .as("%s: %s within %d and %d, from %s to %s", model.id(), usage, in, out, at, ended)
                        .isLessThanOrEqualTo(bound(model, tier, in, out, at));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "azure", "anthropic", "google", "groq", "mistral", "deepseek", "x-ai"})
    void theBoundGrowsWithTheTokens(String provider) {
        var random = new Random(20261102);
        for (ModelPrices model : models(provider)) {
            for (int i = 0; i < 100; i++) {
                long in = tokens(random, MAX_TOKENS);
                long out = tokens(random, MAX_TOKENS);
                BigDecimal less = bound(model, "", random.nextLong(in + 1), random.nextLong(out + 1), NOON);
                assertThat(less).as(model.id()).isLessThanOrEqualTo(bound(model, "", in, out, NOON));
            }
        }
    }

    private static String oneOf(ModelPrices model, Random random) {
        List<String> tiers = Stream.concat(
                        Stream.of(""), model.serviceTiers().keySet().stream().sorted())
                .toList();
        return tiers.get(random.nextInt(tiers.size()));
    }

    private static Usage usage(Random random, long mostIn, long mostOut) {
        long in = random.nextLong(mostIn + 1);
        long out = random.nextLong(mostOut + 1);
        long cached = random.nextLong(in + 1);
        return Usage.reported(in, cached, out, random.nextLong(out + 1))
                .withCacheWriteTokens(random.nextLong(in - cached + 1));
    }

    /// Small numbers as often as large ones.
    private static long tokens(Random random, long most) {
        return 1 + random.nextLong(1L << (1 + random.nextInt(Long.SIZE - Long.numberOfLeadingZeros(most))));
    }

    private static BigDecimal bound(ModelPrices model, String tier, long in, long out, Instant at) {
        return model.most(tier, in, out, at, at.plus(QUARTER)).orElseThrow();
    }

    private static List<ModelPrices> models(String provider) {
        return PriceFile.read(Objects.requireNonNull(PriceList.class.getResourceAsStream("prices.json")), provider)
                .models();
    }

    private static long most(PriceList prices, String model, long in, long out, Instant at) {
        Cost most = prices.most(model, in, out, at);
        assertThat(most.known()).as(model).isTrue();
        return Objects.requireNonNull(most.micros());
    }
}
