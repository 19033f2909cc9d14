package dev.turnpike.access;

import dev.turnpike.access.AuditLog.Event;
import dev.turnpike.access.AuditLog.Kind;
import dev.turnpike.access.KeyStore.StoredKey;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Counts and notes what was refused for its credentials, by where it came from. Who fails too often is not looked at
/// for the rest of the minute.
///
/// All instances count together, and each learns what they have counted with the next failure that it meets itself. One
/// that knows an address to be over the limit writes nothing more of it.
public final class FailedAttempts {
    private static final int MOST_ADDRESSES = 10_000;

    /// Whoever has one address of the sixth version has all that share its first half.
    private static final int NETWORK_BYTES = 8;

    private final AttemptCounter counter;
    private final AuditLog audit;
    private final int perMinute;
    private final InstantSource clock;
    private final Recent<String, Instant> over = new Recent<>(MOST_ADDRESSES);

    /// @param perMinute 0 for any number
    public FailedAttempts(AttemptCounter counter, AuditLog audit, int perMinute, InstantSource clock) {
        this.counter = counter;
        this.audit = audit;
        this.perMinute = perMinute;
        this.clock = clock;
    }

    /// Why one failed.
    public enum Reason {
        NO_KEY,
        UNKNOWN_KEY,
        WRONG_SECRET,
        DISABLED,
        EXPIRED,
        WRONG_ADMIN_KEY
    }

    /// Until the address is looked at again; empty when it is now.
    Optional<Duration> blocked(String address) {
        Instant now = clock.instant();
        Instant minute = over.get(network(address));
        return minute != null && minute.equals(now.truncatedTo(ChronoUnit.MINUTES))
                ? Optional.of(Duration.between(now, minute.plus(1, ChronoUnit.MINUTES)))
                : Optional.empty();
    }

    /// The same two writes for whatever failed, so that how long it takes tells nothing.
    ///
    /// @param key whose attempt it was; null for nobody's
    /// @return what went wrong, if it could not be noted: who is refused is refused all the same
    @Nullable
    Throwable note(String address, Reason reason, @Nullable StoredKey key) {
        if (key == null && network(address).isEmpty()) {
            // Nobody's attempt, from nowhere: there is nothing to say of it.
            return null;
        }
        try {
            Instant now = clock.instant();
            count(network(address), now.truncatedTo(ChronoUnit.MINUTES));
            audit.appendOnce(
                    event(address, reason, key, now), key == null ? "address " + network(address) : "key " + key.id());
            return null;
        } catch (RuntimeException failure) {
            return failure;
        }
    }

    private void count(String network, Instant minute) {
        if (perMinute > 0 && !network.isEmpty() && counter.add(network, minute) >= perMinute) {
            over.put(network, minute);
        }
    }

    private static Event event(String address, Reason reason, @Nullable StoredKey key, Instant now) {
        Map<String, String> details = new HashMap<>();
        details.put("reason", reason.name().toLowerCase(Locale.ROOT));
        if (key != null) {
            details.put("key", key.id());
        }
        return new Event(Kind.LOGIN_FAILED, now, key == null ? "" : key.owner().tenant(), address, details);
    }

    /// Empty for what is no address: it is not known whose failure it is.
    private static String network(String address) {
        try {
            byte[] bytes = InetAddress.ofLiteral(address).getAddress();
            if (bytes.length == 4) {
                return address;
            }
            for (int i = NETWORK_BYTES; i < bytes.length; i++) {
                bytes[i] = 0;
            }
            return InetAddress.getByAddress(bytes).getHostAddress() + "/64";
        } catch (IllegalArgumentException | UnknownHostException _) {
            return "";
        }
    }
}
