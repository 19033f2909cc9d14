package dev.turnpike.model;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// Where an answer came from.
///
/// @param model what answered: its name, after the name of its provider and a slash where that is not the first one
/// @param serviceTier how the provider served it, where it says so and that is not its usual way: `batch`, `flex`,
///     `priority`, …; empty otherwise. It decides what the answer costs
/// @param fromCache whether it was at hand, so that nobody was asked
public record Served(String model, String serviceTier, boolean fromCache) {
    /// What providers call the tier that is charged by the usual prices.
    private static final Set<String> USUAL = Set.of("", "default", "standard", "auto", "on_demand");

    private static final Pattern TIER = Pattern.compile("[a-z0-9_-]{0,32}");

    /// Whether this is the model that was asked for, which need not have been called by the name of its provider.
    public static boolean isSame(String model, String asked) {
        return model.equals(asked) || model.endsWith("/" + asked);
    }

    /// The model has just answered.
    public static Served by(String model) {
        return new Served(model, "", false);
    }

    /// The answer was at hand.
    public static Served fromCache(String model) {
        return new Served(model, "", true);
    }

    /// The same by the model's whole name.
    public Served named(String name) {
        return new Served(name, serviceTier, fromCache);
    }

    /// The same in a tier of the provider.
    ///
    /// @param tier in the provider's words; one that is no name is `unknown`, for it is not the usual one
    Served in(String tier) {
        return new Served(model, charged(tier), fromCache);
    }

    /// By which tier's prices a tier is charged.
    ///
    /// @param tier in the provider's words
    /// @return empty for the usual ones
    public static String charged(String tier) {
        String name = tier.strip().toLowerCase(Locale.ROOT);
        String known = TIER.matcher(name).matches() ? name : "unknown";
        return USUAL.contains(known) ? "" : known;
    }
}
