package dev.turnpike.run;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// The key of a tool call: the same on every attempt, different for every other call.
///
/// Made from where the call stands, never from the model's call id, which weak backends leave out or reuse.
public final class IdempotencyKeys {
    private static final char[] BASE32 = "abcdefghijklmnopqrstuvwxyz234567".toCharArray();

    private IdempotencyKeys() {}

    public static String of(Run run, int callIndex, String tool) {
        return of(run.key(), run.step(), callIndex, tool);
    }

    public static String of(RunKey run, int step, int callIndex, String tool) {
        String place = run.tenant() + "|" + run.run() + "|" + step + "|" + callIndex + "|" + tool;
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(place.getBytes(StandardCharsets.UTF_8));
            return base32(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private static String base32(byte[] bytes) {
        var text = new StringBuilder(52);
        int bits = 0;
        int held = 0;
        for (byte each : bytes) {
            held = (held << 8) | (each & 0xff);
            bits += 8;
            while (bits >= 5) {
                bits -= 5;
                text.append(BASE32[(held >> bits) & 31]);
            }
        }
        return text.append(BASE32[(held << (5 - bits)) & 31]).toString();
    }
}
