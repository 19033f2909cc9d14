package dev.turnpike.model;

/// Where an answer came from.
///
/// @param model what answered: its name, after the name of its provider and a slash where that is not the first one
/// @param fromCache whether it was at hand, so that nobody was asked
public record Served(String model, boolean fromCache) {
    /// The model has just answered.
    public static Served by(String model) {
        return new Served(model, false);
    }
}
