package dev.turnpike.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.turnpike.tokens.Usage;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What holds of every cost of every model, whatever was used. All tiers of long inputs in the list rise.
class CostPropertiesTest {
    private static final int TRIES = 200;

    private final Random random = new Random(20_261_128);

    @ParameterizedTest
    @ValueSource(strings = {"openai", "azure", "anthropic", "google", "groq", "mistral", "deepseek", "x-ai"})
    void aCostIsNeverNegativeAndIsExact(String provider) throws IOException {
        for (ModelPrices model : models(provider)) {
            for (int i = 0; i < TRIES; i++) {
                String tier = tier(model);
                Usage usage = usage();
                Instant at = at();
                BigDecimal cost = cost(model, tier, usage, at);
                assertThat(cost.signum()).as("%s %s", model.id(), usage).isNotNegative();
                Schedule prices = model.serviceTiers().getOrDefault(tier, model.usual());
                assertThat(nanos(cost)).as("%s %s", model.id(), usage).isEqualTo(nanos(prices.at(at), usage));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "azure", "anthropic", "google", "groq", "mistral", "deepseek", "x-ai"})
    void aCostGrowsWithEveryKindOfToken(String provider) throws IOException {
        for (ModelPrices model : models(provider)) {
            for (int i = 0; i < TRIES; i++) {
                Usage usage = usage();
                long more = random.nextLong(200_000);
                Instant at = at();
                BigDecimal before = cost(model, "", usage, at);
                List<LongFunction<Usage>> kinds = List.of(
                        n -> of(usage.inputTokens() + n, usage.cachedTokens(), usage, 0, 0),
                        n -> of(usage.inputTokens() + n, usage.cachedTokens() + n, usage, 0, 0),
                        n -> of(usage.inputTokens() + n, usage.cachedTokens(), usage, n, 0),
                        n -> of(usage.inputTokens(), usage.cachedTokens(), usage, 0, n));
                assertThat(kinds)
                        .as("%s %s and %d more", model.id(), usage, more)
                        .allSatisfy(kind -> assertThat(cost(model, "", kind.apply(more), at))
                                .isGreaterThanOrEqualTo(before));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"openai", "azure", "anthropic", "google", "groq", "mistral", "deepseek", "x-ai"})
    void aCostIsTheSumOfItsParts(String provider) throws IOException {
        for (ModelPrices model : models(provider)) {
            for (int i = 0; i < TRIES; i++) {
                // Below every tier, so that each part costs the same alone.
                long cached = random.nextLong(30_000);
                long written = random.nextLong(30_000);
                long fresh = random.nextLong(30_000);
                long out = random.nextLong(30_000);
                Instant at = at();
                BigDecimal parts = cost(model, "", Usage.reported(fresh, 0, 0, 0), at)
                        .add(cost(model, "", Usage.reported(cached, cached, 0, 0), at))
                        .add(cost(model, "", Usage.reported(written, 0, 0, 0).withCacheWriteTokens(written), at))
                        .add(cost(model, "", Usage.reported(0, 0, out, 0), at));
                Usage all =
                        Usage.reported(fresh + cached + written, cached, out, 0).withCacheWriteTokens(written);
                assertThat(cost(model, "", all, at)).as(model.id()).isEqualByComparingTo(parts);
            }
        }
    }

    /// The same sum in whole numbers of a billionth of a micro-USD, by the tokens' kinds one after the other.
    private static BigInteger nanos(Prices prices, Usage usage) {
        long in = usage.inputTokens();
        long fresh = in - usage.cachedTokens() - usage.cacheWriteTokens();
        return nanos(prices.input(), in, fresh)
                .add(nanos(
                        prices.cachedInput() == null ? prices.input() : prices.cachedInput(), in, usage.cachedTokens()))
                .add(nanos(
                        prices.cacheWrite() == null ? prices.input() : prices.cacheWrite(),
                        in,
                        usage.cacheWriteTokens()))
                .add(nanos(prices.output(), in, usage.outputTokens()));
    }

    private static BigInteger nanos(Prices.@Nullable Tiered price, long inputTokens, long tokens) {
        BigDecimal each = Objects.requireNonNull(price).base();
        for (Prices.Tier tier : price.tiers()) {
            each = inputTokens > tier.start() ? tier.price() : each;
        }
        return nanos(each).multiply(BigInteger.valueOf(tokens));
    }

    private static BigInteger nanos(BigDecimal micros) {
        return micros.movePointRight(9).toBigIntegerExact();
    }

    private static Usage of(long input, long cached, Usage usage, long moreWritten, long moreOutput) {
        return Usage.reported(input + moreWritten, cached, usage.outputTokens() + moreOutput, usage.reasoningTokens())
                .withCacheWriteTokens(usage.cacheWriteTokens() + moreWritten);
    }

    private Usage usage() {
        long in = random.nextLong(600_000);
        long cached = random.nextLong(in + 1);
        long out = random.nextLong(100_000);
        return Usage.reported(in, cached, out, random.nextLong(out + 1))
                .withCacheWriteTokens(random.nextLong(in - cached + 1));
    }

    private Instant at() {
        return Instant.parse("2025-01-01T00:00:00Z").plusSeconds(random.nextInt(3 * 365 * 86_400));
    }

    private String tier(ModelPrices model) {
        List<String> tiers = model.serviceTiers().keySet().stream().sorted().toList();
        int chosen = random.nextInt(tiers.size() + 1);
        return chosen == tiers.size() ? "" : tiers.get(chosen);
    }

    private static BigDecimal cost(ModelPrices model, String tier, Usage usage, Instant at) {
        Optional<BigDecimal> cost = model.of(tier, usage, at);
        assertThat(cost).as("%s %s %s", model.id(), tier, usage).isPresent();
        return cost.orElseThrow();
    }

    private static List<ModelPrices> models(String provider) throws IOException {
        try (InputStream file = Objects.requireNonNull(PriceList.class.getResourceAsStream("prices.json"))) {
            return PriceFile.read(file, provider).models();
        }
    }
}
