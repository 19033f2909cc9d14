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
        Optional<Duration> blocked = attempts.blocked(address);
        if (blocked.isPresent()) {
            return blocked.map(Entry.Blocked::new);
        }
        String expected = adminKey.get();
        boolean good = !expected.isBlank() && credential instanceof Credential.Shown shown && shown.is(expected);
        return good
                ? Optional.empty()
                : Optional.of(new Entry.Wrong(attempts.note(address, Reason.WRONG_ADMIN_KEY, null)));
    }
}
