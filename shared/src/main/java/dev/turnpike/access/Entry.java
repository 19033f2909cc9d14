package dev.turnpike.access;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Whether somebody is let in.
public sealed interface Entry {
    /// @param standing says nothing where no run is asked for
    record Admitted(Principal principal, Standing standing) implements Entry {}

    /// Nobody is told why a key is no good, so that nobody learns which keys there are.
    sealed interface Refusal extends Entry {}

    record NoCredential() implements Refusal {}

    record SeveralCredentials() implements Refusal {}

    /// Malformed, unknown, of another secret, disabled or expired.
    ///
    /// @param unnoted why it could not be noted; null when it was
    record Wrong(@Nullable Throwable unnoted) implements Refusal {}

    /// Too many failed attempts came from there.
    ///
    /// @param reset until it is looked at again
    record Blocked(Duration reset) implements Refusal {}
}
