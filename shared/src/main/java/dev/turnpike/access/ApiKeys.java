package dev.turnpike.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/// The form of API keys: `tp_<environment>_<id>_<secret>_<check>`.
///
/// The secret has 256 random bits; the check is the CRC-32 of what stands before it, so that a mistyped key is told
/// from a wrong one without a look-up, and scanners can recognise a leaked one.
public final class ApiKeys {
    private static final Pattern FORM = Pattern.compile("tp_[a-z0-9]{1,16}_([a-z0-9]{12})_[a-z0-9]{52}_([a-f0-9]{8})");
    private static final char[] ALPHABET = "abcdefghijklmnopqrstuvwxyz234567".toCharArray();

    private final String environment;
    private final SecureRandom random = new SecureRandom();

    /// @param environment `dev`, `prod`, …: 1 to 16 of `a-z 0-9`
    public ApiKeys(String environment) {
        this.environment = environment;
    }

    /// @param text shown to its owner once
    /// @param id its public part
    public record NewKey(String text, String id) {}

    public NewKey create() {
        return renew(random(12));
    }

    /// Another secret for the same id.
    public NewKey renew(String id) {
        String body = "tp_" + environment + "_" + id + "_" + random(52);
        return new NewKey(body + "_" + check(body), id);
    }

    /// Whether the text has the form of a key of any environment, check included.
    public static boolean wellFormed(String text) {
        return id(text).isPresent();
    }

    /// The public part of a well-formed key.
    static Optional<String> id(String text) {
        var matcher = FORM.matcher(text);
        return matcher.matches() && check(text.substring(0, text.length() - 9)).equals(matcher.group(2))
                ? Optional.of(matcher.group(1))
                : Optional.empty();
    }

    /// In a time that does not tell how much of them is the same.
    static boolean sameHash(String one, String other) {
        return MessageDigest.isEqual(
                one.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
    }

    /// SHA-256 in hex: what is stored and looked up.
    public static String hash(String text) {
        return HexFormat.of().formatHex(sha256(text));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private static String check(String body) {
        var crc = new CRC32();
        crc.update(body.getBytes(StandardCharsets.US_ASCII));
        return "%08x".formatted(crc.getValue());
    }

    private String random(int length) {
        var bytes = new byte[length];
        random.nextBytes(bytes);
        var text = new StringBuilder(length);
        for (byte each : bytes) {
            text.append(ALPHABET[each & 31]);
        }
        return text.toString();
    }
}
