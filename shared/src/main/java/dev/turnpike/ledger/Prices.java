package dev.turnpike.ledger;

import dev.turnpike.tokens.Usage;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
/// @param reasoning null when tokens that were spent on reasoning cost as much as the rest of the answer
public record Prices(
        @Nullable Tiered input,
        @Nullable Tiered cachedInput,
        @Nullable Tiered cacheWrite,
        @Nullable Tiered imageInput,
        @Nullable Tiered output,
        @Nullable Tiered reasoning) {
    static final Prices NONE = new Prices(null, null, null, null, null, null);

    /// @return micro-USD, exact; empty when tokens were used that have no price
    Optional<BigDecimal> of(Usage usage) {
        long cached = usage.cachedTokens();
        long written = usage.cacheWriteTokens();
        long reasoned = usage.reasoningTokens();
        List<Part> parts = List.of(
                new Part(usage.inputTokens() - cached - written, input),
                new Part(cached, or(cachedInput, input)),
                new Part(written, or(cacheWrite, input)),
                new Part(usage.outputTokens() - reasoned, output),
                new Part(reasoned, or(reasoning, output)));
        return parts.stream().allMatch(Part::priced)
                ? Optional.of(parts.stream()
                        .map(part -> part.micros(usage.inputTokens()))
                        .reduce(BigDecimal.ZERO, BigDecimal::add))
                : Optional.empty();
    }

    private static @Nullable Tiered or(@Nullable Tiered price, @Nullable Tiered otherwise) {
        return price == null ? otherwise : price;
    }

    /// Tokens of a call that cost the same.
    private record Part(long tokens, @Nullable Tiered price) {
        boolean priced() {
            return tokens == 0 || price != null;
        }

        BigDecimal micros(long inputTokens) {
            return price == null ? BigDecimal.ZERO : price.at(inputTokens).multiply(BigDecimal.valueOf(tokens));
        }
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
                        .add(highest(inputTokens, Stream.of(output, reasoning))
                                .multiply(BigDecimal.valueOf(outputTokens))));
    }

    /// All that are set, by what they are for.
    public Map<String, Tiered> named() {
        Map<String, Tiered> named = new LinkedHashMap<>();
        put(named, "input", input);
        put(named, "cached", cachedInput);
        put(named, "cache write", cacheWrite);
        put(named, "image", imageInput);
        put(named, "output", output);
        put(named, "reasoning", reasoning);
        return named;
    }

    private static void put(Map<String, Tiered> named, String name, @Nullable Tiered price) {
        if (price != null) {
            named.put(name, price);
        }
    }

    Prices times(BigDecimal factor) {
        return new Prices(
                times(input, factor),
                times(cachedInput, factor),
                times(cacheWrite, factor),
                times(imageInput, factor),
                times(output, factor),
                times(reasoning, factor));
    }

    private static @Nullable Tiered times(@Nullable Tiered price, BigDecimal factor) {
        return price == null ? null : price.times(factor);
    }

    private static BigDecimal highest(long inputTokens, Stream<@Nullable Tiered> prices) {
        return prices.filter(Objects::nonNull)
                .map(price -> price.highest(inputTokens))
                .reduce(BigDecimal.ZERO, BigDecimal::max);
    }

    /// A price that changes for the whole request once its input is long.
    ///
    /// @param tiers by rising start
    public record Tiered(BigDecimal base, List<Tier> tiers) {
        BigDecimal at(long inputTokens) {
            return tiers.reversed().stream()
                    .filter(tier -> inputTokens > tier.start())
                    .findFirst()
                    .map(Tier::price)
                    .orElse(base);
        }

        Tiered times(BigDecimal factor) {
            return new Tiered(
                    base.multiply(factor),
                    tiers.stream()
                            .map(tier -> new Tier(tier.start(), tier.price().multiply(factor)))
                            .toList());
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
    public record Tier(long start, BigDecimal price) {}
}
