package dev.turnpike.model;

/// Where an answer came from.
///
/// @param model what answered: its name, after the name of its provider and a slash where that is not the first one
/// @param fromCache whether it was at hand, so that nobody was asked
public record Served(String model, boolean fromCache) {
    /// Whether this is the model that was asked for, which need not have been called by the name of its provider.
    public static boolean isSame(String model, String asked) {
        return model.equals(asked) || model.endsWith("/" + asked);
    }

    /// The model has just answered.
    public static Served by(String model) {
        return new Served(model, false);
    }
}
