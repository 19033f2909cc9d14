package dev.turnpike.conversation;

import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;

/// ULIDs: 48 bits of milliseconds, 80 random bits. Source: the ULID specification.
///
/// The randomness is `SecureRandom`'s, which a restored snapshot does not repeat.
public final class Ulids implements Ids {
    private static final String ORDER = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final char[] ALPHABET = ORDER.toCharArray();

    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    public Ulids(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public String next() {
        var bytes = new byte[16];
        random.nextBytes(bytes);
        return of(clock.millis(), bytes);
    }

    /// When an id was made.
    public static Instant time(String ulid) {
        long millis = 0;
        for (int i = 0; i < 10; i++) {
            millis = (millis << 5) | Math.max(0, ORDER.indexOf(ulid.charAt(i)));
        }
        return Instant.ofEpochMilli(millis);
    }

    /// @param entropy 16 bytes, of which five bits each count
    public static String of(long at, byte[] entropy) {
        var text = new char[26];
        long millis = at;
        for (int i = 9; i >= 0; i--) {
            text[i] = ALPHABET[(int) (millis & 31)];
            millis >>>= 5;
        }
        for (int i = 0; i < 16; i++) {
            text[10 + i] = ALPHABET[entropy[i] & 31];
        }
        return new String(text);
    }
}
