package dev.turnpike.provider;

/// A model at its provider.
///
/// @param provider its name
/// @param model as that provider calls it
/// @param name as we call it: the same, after the provider's name and a slash unless that is the first provider
public record Target(String provider, String model, String name) {
    /// The same for whoever shares what is known of it, whichever way it was asked for.
    public String id() {
        return provider + "/" + model;
    }
}
