package dev.turnpike.access;

import dev.turnpike.access.FailedAttempts.Reason;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/// Lets in whoever has the deployment's admin key.
public final class AdminDoor {
    private final Supplier<String> adminKey;
    private final FailedAttempts attempts;

    /// @param adminKey asked on each use, so that a rotated key counts at once; an empty one admits nobody
    public AdminDoor(Supplier<String> adminKey, FailedAttempts attempts) {
        this.adminKey = adminKey;
        this.attempts = attempts;
    }

    /// @param address where the request comes from
    /// @return empty for the admin
    public Optional<Entry.Refusal> refusal(Credential credential, String address) {
        if (credential instanceof Credential.None) {
            return Optional.of(new Entry.NoCredential());
        }
        if (credential instanceof Credential.Several) {
            return Optional.of(new Entry.SeveralCredentials());
        }
        String expected = adminKey.get();
        boolean good = !expected.isBlank() && credential instanceof Credential.Shown shown && shown.is(expected);
        if (good) {
            // Wherever it comes from: whoever fills an address with failures must not keep the admin out.
            return Optional.empty();
        }
        Optional<Duration> blocked = attempts.blocked(address);
        return blocked.isPresent()
                ? blocked.map(Entry.Blocked::new)
                : Optional.of(new Entry.Wrong(attempts.note(address, Reason.WRONG_ADMIN_KEY, null)));
    }
}
