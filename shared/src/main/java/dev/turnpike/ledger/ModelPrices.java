package dev.turnpike.ledger;

import dev.turnpike.tokens.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One model of a price list.
///
/// @param contextWindow tokens; null when the list does not say
/// @param usual what it costs unless the provider names a tier
/// @param serviceTiers what it costs in a tier of the provider, by the provider's name of it
public record ModelPrices(
        String id,
        ModelMatch match,
        @Nullable Long contextWindow,
        boolean deprecated,
        Schedule usual,
        Map<String, Schedule> serviceTiers) {
    public ModelPrices {
        serviceTiers = Map.copyOf(serviceTiers);
    }

    /// @param tier of the provider; empty for the usual one
    /// @return micro-USD, exact; empty when the tier has no price, or tokens that were used
    Optional<BigDecimal> of(String tier, Usage usage, Instant at) {
        return in(tier).flatMap(prices -> prices.at(at).of(usage));
    }

    private Optional<Schedule> in(String tier) {
        return tier.isEmpty() ? Optional.of(usual) : Optional.ofNullable(serviceTiers.get(tier));
    }

    /// What no call costs more than that is made in this time and uses at most so many tokens.
    ///
    /// @param asked the tier that the provider is asked for, in place of which it may choose the usual one
    /// @return micro-USD, exact; empty when the tier may have no price, or such tokens
    Optional<BigDecimal> most(String asked, long inputTokens, long outputTokens, Instant from, Instant to) {
        Optional<Schedule> tier = in(asked);
        if (tier.isEmpty()) {
            return Optional.empty();
        }
        List<Optional<BigDecimal>> bounds = Stream.of(usual, tier.get())
                .flatMap(prices -> prices.during(from, to))
                .map(prices -> prices.most(inputTokens, outputTokens))
                .toList();
        return bounds.stream().allMatch(Optional::isPresent)
                ? bounds.stream().map(Optional::get).max(BigDecimal::compareTo)
                : Optional.empty();
    }
}
