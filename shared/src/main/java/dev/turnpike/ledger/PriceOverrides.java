package dev.turnpike.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/// An operator's own prices, taken before those of a list.
///
/// @param mark tells these overrides from any others; empty when there are none
/// @param byName in the order in which they are tried, by the name or pattern of their models
public record PriceOverrides(String mark, Map<String, ModelPrices> byName) {
    public static final PriceOverrides NONE = new PriceOverrides("", Map.of());

    private static final int MARK_BYTES = 3;

    public PriceOverrides {
        // Map.copyOf would forget the order.
        byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
    }

    /// Reads `{"my-model": {"input": 0.5, "cached": 0.05, "cache_write": 0.6, "output": 1.5}}`, in USD per million
    /// tokens. `input` and `output` are needed, `reasoning` and `service_tiers` may be added.
    ///
    /// @param patterns makes a test of a name or pattern
    /// @throws IllegalArgumentException when it is anything else; the message says what is wrong where
    public static PriceOverrides read(String json, Function<String, Predicate<String>> patterns) {
        List<ModelPrices> read = PriceFile.readOverrides(new ByteArrayInputStream(json.getBytes(UTF_8)), patterns);
        Map<String, ModelPrices> byName = new LinkedHashMap<>();
        for (ModelPrices model : read) {
            if (byName.putIfAbsent(model.id(), model) != null) {
                throw new IllegalArgumentException("\"" + model.id() + "\" has prices twice");
            }
        }
        return read.isEmpty() ? NONE : new PriceOverrides(mark(json), byName);
    }

    private static String mark(String json) {
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(json.strip().getBytes(UTF_8));
            return HexFormat.of().formatHex(hash, 0, MARK_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// A spelled-out name is taken before a pattern, whatever their order.
    Optional<ModelPrices> find(String model) {
        ModelPrices named = byName.get(model);
        return named != null
                ? Optional.of(named)
                : byName.values().stream()
                        .filter(prices -> prices.match().matches(model))
                        .findFirst();
    }

    /// A list's version as it is with these overrides.
    String version(String list) {
        return mark.isEmpty() ? list : list + "+" + mark;
    }
}
