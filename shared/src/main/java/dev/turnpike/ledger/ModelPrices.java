package dev.turnpike.ledger;

import dev.turnpike.tokens.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One model of a price list.
///
/// @param contextWindow tokens; null when the list does not say
/// @param prices in the order of the file, at least one
record ModelPrices(String id, ModelMatch match, @Nullable Long contextWindow, boolean deprecated, List<Dated> prices) {

    /// The prices in force: the last whose condition holds, or the first when none does.
    Prices at(Instant at) {
        return prices.reversed().stream()
                .filter(dated -> dated.when().holds(at))
                .findFirst()
                .orElseGet(prices::getFirst)
                .prices();
    }

    record Dated(When when, Prices prices) {}

    /// When a price is in force, in UTC.
    sealed interface When {
        boolean holds(Instant at);

        record Always() implements When {
            @Override
            public boolean holds(Instant at) {
                return true;
            }
        }

        record From(LocalDate start) implements When {
            @Override
            public boolean holds(Instant at) {
                return !at.atOffset(ZoneOffset.UTC).toLocalDate().isBefore(start);
            }
        }

        /// Every day from `start` until just before `end`; past midnight when `end` is the earlier of the two.
        record Daily(LocalTime start, LocalTime end) implements When {
            @Override
            public boolean holds(Instant at) {
                LocalTime time = at.atOffset(ZoneOffset.UTC).toLocalTime();
                boolean started = !time.isBefore(start);
                boolean ended = !time.isBefore(end);
                return end.isBefore(start) ? started || !ended : started && !ended;
            }
        }
    }

    /// USD per million tokens, which is micro-USD per token.
    ///
    /// @param cachedInput null when cached tokens cost as much as the others
    record Prices(
            @Nullable Tiered input,
            @Nullable Tiered cachedInput,
            @Nullable Tiered output) {
        /// @return micro-USD, exact; empty when tokens were used that have no price
        Optional<BigDecimal> of(Usage usage) {
            long cached = usage.cachedTokens();
            long inputTokens = usage.inputTokens();
            Tiered cachedPrice = cachedInput == null ? input : cachedInput;
            BigDecimal fresh = product(inputTokens - cached, input, inputTokens);
            BigDecimal reread = product(cached, cachedPrice, inputTokens);
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
    }

    /// @param start input tokens; the tier begins with one more
    record Tier(long start, BigDecimal price) {}
}
