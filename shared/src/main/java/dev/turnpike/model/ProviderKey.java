package dev.turnpike.model;

/// A provider's API key, kept by somebody else.
@FunctionalInterface
public interface ProviderKey {
    /// Asked for on every call, so that a rotated key is used and none is kept here.
    ///
    /// @return blank where the provider needs none
    String get();

    /// The provider has refused a key. A newer one may be there already.
    ///
    /// @param refused what [#get] gave
    /// @return whether `get` now gives another
    default boolean renewed(String refused) {
        return false;
    }
}
