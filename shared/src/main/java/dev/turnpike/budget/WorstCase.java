package dev.turnpike.budget;

import dev.turnpike.access.Amount;
import dev.turnpike.ledger.PriceList;
import dev.turnpike.model.ModelRequest;
import dev.turnpike.model.UsageEstimate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/// What a model call costs at most, whichever of the models that stand in for one another serves it.
public final class WorstCase {
    private static final long UNKNOWN_CONTEXT_TOKENS = 200_000;

    private final PriceList prices;
    private final UsageEstimate estimate;
    private final Function<String, List<String>> standIns;

    /// @param standIns the models that may answer in place of a model
    public WorstCase(PriceList prices, UsageEstimate estimate, Function<String, List<String>> standIns) {
        this.prices = prices;
        this.estimate = estimate;
        this.standIns = standIns;
    }

    /// One of the models that may serve a call and has no price.
    Optional<String> unpriced(String model, Instant at) {
        return candidates(model)
                .filter(each -> !prices.most(each, 1, 1, at).known())
                .findFirst();
    }

    private Stream<String> candidates(String model) {
        return Stream.concat(Stream.of(model), standIns.apply(model).stream());
    }

    /// Far above, and at no cost: most prompts need no counting.
    long sizedInput(ModelRequest request) {
        return mostInput(request, estimate::cheapMost);
    }

    long countedInput(ModelRequest request) {
        return mostInput(request, estimate::most);
    }

    private long mostInput(ModelRequest request, ToLongFunction<ModelRequest> tokens) {
        return candidates(request.model())
                .mapToLong(each -> tokens.applyAsLong(request.of(each)))
                .max()
                .orElse(0);
    }

    /// No model writes more than its context holds, whatever it is allowed.
    int outputLimit(ModelRequest request) {
        long context = candidates(request.model())
                .mapToLong(each -> prices.contextWindow(each).orElse(UNKNOWN_CONTEXT_TOKENS))
                .max()
                .orElse(UNKNOWN_CONTEXT_TOKENS);
        return (int) Math.min(request.maxOutputTokens(), context);
    }

    /// Models without a price cost nothing here.
    Amount of(String model, long inputTokens, long outputTokens, Instant at) {
        long micros = candidates(model)
                .mapToLong(
                        each -> prices.most(each, inputTokens, outputTokens, at).counted())
                .max()
                .orElse(0);
        return new Amount(micros, inputTokens + outputTokens);
    }

    /// The most output that costs no more than this together with the input.
    ///
    /// @param most output that is wanted
    /// @return less than nothing when not even the input does
    long outputWithin(Amount limit, String model, long inputTokens, long most, Instant at) {
        long least = -1;
        long high = Math.min(most, limit.tokens() - inputTokens);
        while (least < high) {
            long middle = least + (high - least + 1) / 2;
            if (of(model, inputTokens, middle, at).micros() <= limit.micros()) {
                least = middle;
            } else {
                high = middle - 1;
            }
        }
        return Math.min(least, high);
    }
}
