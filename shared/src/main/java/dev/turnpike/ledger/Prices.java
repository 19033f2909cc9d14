package dev.turnpike.ledger;

import dev.turnpike.tokens.Usage;
import java.math.BigDecimal;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// USD per million tokens, which is micro-USD per token.
///
/// @param cachedInput null when tokens that were read from the provider's cache cost as much as the others
/// @param cacheWrite null when tokens that were written to the provider's cache cost as much as the others
/// @param imageInput null when tokens of images cost as much as the others; it only bounds, for no provider tells
///     image tokens apart in what it reports to us
record Prices(
        @Nullable Tiered input,
        @Nullable Tiered cachedInput,
        @Nullable Tiered cacheWrite,
        @Nullable Tiered imageInput,
        @Nullable Tiered output) {
    static final Prices NONE = new Prices(null, null, null, null, null);

    /// @return micro-USD, exact; empty when tokens were used that have no price
    Optional<BigDecimal> of(Usage usage) {
        long cached = usage.cachedTokens();
        long inputTokens = usage.inputTokens();
        BigDecimal fresh = product(inputTokens - cached, input, inputTokens);
        BigDecimal reread = product(cached, cachedInput == null ? input : cachedInput, inputTokens);
        BigDecimal answer = product(usage.outputTokens(), output, inputTokens);
        if (fresh == null || reread == null || answer == null) {
            return Optional.empty();
        }
        return Optional.of(fresh.add(reread).add(answer));
    }

    private static @Nullable BigDecimal product(long tokens, @Nullable Tiered price, long inputTokens) {
        if (tokens == 0) {
            return BigDecimal.ZERO;
        }
        return price == null ? null : price.at(inputTokens).multiply(BigDecimal.valueOf(tokens));
    }

    /// What no usage costs more than that has at most so many tokens, whatever of them is read from a cache or written
    /// to it, and whichever tier it ends in.
    ///
    /// @return micro-USD, exact; empty when such tokens may have no price
    Optional<BigDecimal> most(long inputTokens, long outputTokens) {
        boolean unpriced = (inputTokens > 0 && input == null) || (outputTokens > 0 && output == null);
        return unpriced
                ? Optional.empty()
                : Optional.of(highest(inputTokens, Stream.of(input, cachedInput, cacheWrite, imageInput))
                        .multiply(BigDecimal.valueOf(inputTokens))
                        .add(highest(inputTokens, Stream.of(output)).multiply(BigDecimal.valueOf(outputTokens))));
    }

    private static BigDecimal highest(long inputTokens, Stream<@Nullable Tiered> prices) {
        return prices.filter(Objects::nonNull)
                .map(price -> price.highest(inputTokens))
                .reduce(BigDecimal.ZERO, BigDecimal::max);
    }

    /// A price that changes for the whole request once its input is long.
    ///
    /// @param tiers by rising start
    record Tiered(BigDecimal base, List<Tier> tiers) {
        BigDecimal at(long inputTokens) {
            return tiers.reversed().stream()
                    .filter(tier -> inputTokens > tier.start())
                    .findFirst()
                    .map(Tier::price)
                    .orElse(base);
        }

        /// The dearest that an input of at most so many tokens comes to.
        BigDecimal highest(long inputTokens) {
            return tiers.stream()
                    .filter(tier -> inputTokens > tier.start())
                    .map(Tier::price)
                    .reduce(base, BigDecimal::max);
        }
    }

    /// @param start input tokens; the tier begins with one more
    record Tier(long start, BigDecimal price) {}
}
