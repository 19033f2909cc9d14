package dev.turnpike.access;

/// Whose key, or whose use, it is.
///
/// @param user of the tenant; empty for nobody in particular, or for the tenant as a whole
public record Owner(String tenant, String user) {
    public Owner wholeTenant() {
        return new Owner(tenant, "");
    }

    public boolean hasUser() {
        return !user.isEmpty();
    }
}
