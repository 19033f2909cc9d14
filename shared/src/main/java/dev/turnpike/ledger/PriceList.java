package dev.turnpike.ledger;

import dev.turnpike.tokens.Usage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What one provider's models cost. The prices are data with a version, and every cost names its version.
///
/// The bundled list is read at the first lookup, not before. A model is found by a name that the list spells out,
/// else by the first pattern of the list that fits; upper and lower case are the same.
public final class PriceList {
    static final String BUNDLED = "prices.json";

    /// Longer names are no names; patterns are not tried on them.
    private static final int MAX_MODEL_CHARS = 256;

    /// Longer than a function may run, and so than any call.
    private static final Duration LONGEST_CALL = Duration.ofMinutes(15);

    private final Supplier<PriceFile.Contents> source;
    private final Map<String, PriceList> others;
    private final UnaryOperator<String> names;
    private final String askedTier;
    private final PriceOverrides overrides;
    private @Nullable Index index;

    private PriceList(
            Supplier<PriceFile.Contents> source,
            Map<String, PriceList> others,
            UnaryOperator<String> names,
            String askedTier,
            PriceOverrides overrides) {
        this.source = source;
        this.others = others;
        this.names = names;
        this.askedTier = askedTier;
        this.overrides = overrides;
    }

    /// The same beside the prices of other providers.
    ///
    /// @param others by the name that stands before the slash in the names of their models
    public PriceList with(Map<String, PriceList> others) {
        return new PriceList(source, Map.copyOf(others), names, askedTier, overrides);
    }

    /// The same for models that may lack the name of their provider.
    ///
    /// @param names makes whole what a model is called
    public PriceList naming(UnaryOperator<String> names) {
        return new PriceList(source, others, names, askedTier, overrides);
    }

    /// The same where the provider is asked for this service tier.
    public PriceList asking(String serviceTier) {
        return new PriceList(source, others, names, serviceTier, overrides);
    }

    /// The same where some prices are others.
    public PriceList overriddenBy(PriceOverrides overrides) {
        return new PriceList(source, others, names, askedTier, overrides);
    }

    /// The bundled prices of one provider.
    ///
    /// @param idOrBaseUrl a provider's id, such as `mistral`, or the base URL of its API; what fits none takes the
    ///     prices of `openai`, whose models a gateway of another name is likely to serve
    public static PriceList forProvider(String idOrBaseUrl) {
        return new PriceList(() -> bundled(idOrBaseUrl), Map.of(), UnaryOperator.identity(), "", PriceOverrides.NONE);
    }

    /// An operator's own prices, in the format of the bundled file. Read at once; the stream is left open.
    ///
    /// @param idOrBaseUrl as in [#forProvider]
    /// @throws IllegalArgumentException when it is not a price list; the message says what is wrong where
    public static PriceList read(InputStream json, String idOrBaseUrl) {
        PriceFile.Contents contents = PriceFile.read(json, idOrBaseUrl);
        return new PriceList(() -> contents, Map.of(), UnaryOperator.identity(), "", PriceOverrides.NONE);
    }

    /// @param at when the call was made: prices change by date and by time of day
    /// @return micro-USD rounded half up; unknown when the model is not in the list or lacks a price for tokens
    ///     that were used, and when the sum is more than a long holds
    public Cost cost(String model, Usage usage, Instant at) {
        return cost(model, "", usage, at);
    }

    /// The same in a tier of the provider.
    ///
    /// @param serviceTier as the provider names it, such as `flex`; empty for the usual one
    /// @return as above; unknown for a tier that has no price, too
    public Cost cost(String model, String serviceTier, Usage usage, Instant at) {
        return find(model)
                .flatMap(found -> found.prices().of(serviceTier, usage, at))
                .flatMap(micros -> whole(micros, RoundingMode.HALF_UP))
                .map(micros -> new Cost(micros, version()))
                .orElseGet(() -> Cost.unknown(version()));
    }

    /// What a row of the ledger costs by these prices, whatever it was charged.
    public Cost again(LedgerRow row) {
        return row.fromCache() ? free() : cost(row.model(), row.serviceTier(), row.usage(), row.at());
    }

    /// What a call costs at most that is about to be made, whatever it makes of the tokens it may use. Caches are not
    /// counted on; the dearest tier within reach is. Grows with both numbers of tokens.
    ///
    /// @param at when the call is made; it may end a quarter of an hour later, by other prices
    /// @return micro-USD rounded up; unknown when [#cost] may be
    public Cost most(String model, long inputTokens, long outputTokens, Instant at) {
        return find(model)
                .flatMap(found -> found.most(Math.max(0, inputTokens), Math.max(0, outputTokens), at))
                .flatMap(micros -> whole(micros, RoundingMode.CEILING))
                .map(micros -> new Cost(micros, version()))
                .orElseGet(() -> Cost.unknown(version()));
    }

    /// Whether the model has prices, so that what it costs is known.
    public boolean priced(String model) {
        return find(model).isPresent();
    }

    /// What a call costs that was not made.
    public Cost free() {
        return new Cost(0L, version());
    }

    /// Tokens that input and output of one call may have together; empty when the list does not say.
    public OptionalLong contextWindow(String model) {
        Long tokens = listed(names.apply(model))
                .map(found -> found.prices().contextWindow())
                .orElse(null);
        return tokens == null ? OptionalLong.empty() : OptionalLong.of(tokens);
    }

    /// Whether the provider has announced the model's end; false for a model that is not in the list.
    public boolean deprecated(String model) {
        return listed(names.apply(model))
                .map(found -> found.prices().deprecated())
                .orElse(false);
    }

    /// What to tell whoever asks a model that is deprecated; empty for any other.
    public Optional<String> warning(String model) {
        return deprecated(model)
                ? Optional.of(
                        "The model '" + model + "' is deprecated: its provider has announced its end. Name another.")
                : Optional.empty();
    }

    /// Which prices these are, for example `2026-11`, or `2026-11+3fa9c1` where some are overridden.
    public String version() {
        return overrides.version(index().version());
    }

    /// What a model costs.
    private Optional<Found> find(String asked) {
        String model = names.apply(asked);
        Optional<Found> listed = listed(model);
        return overrides
                .find(model)
                .map(prices -> new Found(prices, listed.map(Found::askedTier).orElse("")))
                .or(() -> listed);
    }

    /// What the list says of it.
    private Optional<Found> listed(String model) {
        int slash = model.indexOf('/');
        PriceList other = slash < 0 ? null : others.get(model.substring(0, slash));
        if (other != null) {
            return other.listed(model.substring(slash + 1));
        }
        String name = model.strip().toLowerCase(Locale.ROOT);
        return name.length() > MAX_MODEL_CHARS
                ? Optional.empty()
                : index().find(name).map(prices -> new Found(prices, askedTier));
    }

    /// @param askedTier the service tier that its provider is asked for; empty for the usual one
    private record Found(ModelPrices prices, String askedTier) {
        Optional<BigDecimal> most(long inputTokens, long outputTokens, Instant at) {
            return prices.most(askedTier, inputTokens, outputTokens, at, at.plus(LONGEST_CALL));
        }
    }

    private static Optional<Long> whole(BigDecimal micros, RoundingMode rounding) {
        try {
            return Optional.of(micros.setScale(0, rounding).longValueExact());
        } catch (ArithmeticException _) {
            // Only a provider that reports absurd usage gets here; the row is kept, its cost is flagged.
            return Optional.empty();
        }
    }

    private synchronized Index index() {
        if (index == null) {
            index = Index.of(source.get());
        }
        return index;
    }

    private static PriceFile.Contents bundled(String provider) {
        try (InputStream json = Objects.requireNonNull(PriceList.class.getResourceAsStream(BUNDLED), BUNDLED)) {
            return PriceFile.read(json, provider);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The model that goes by this name.
    static Optional<ModelPrices> find(List<ModelPrices> models, String name) {
        return Index.of(new PriceFile.Contents("", models)).find(name.strip().toLowerCase(Locale.ROOT));
    }

    private record Index(String version, Map<String, ModelPrices> byName, List<ModelPrices> inOrder) {
        static Index of(PriceFile.Contents contents) {
            Map<String, ModelPrices> byName = new HashMap<>();
            for (ModelPrices model : contents.models()) {
                model.match().names().forEach(name -> byName.putIfAbsent(name, model));
            }
            return new Index(contents.version(), byName, contents.models());
        }

        Optional<ModelPrices> find(String name) {
            ModelPrices exact = byName.get(name);
            return exact != null
                    ? Optional.of(exact)
                    : inOrder.stream()
                            .filter(model -> model.match().matches(name))
                            .findFirst();
        }
    }
}
