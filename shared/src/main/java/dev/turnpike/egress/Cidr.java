package dev.turnpike.egress;

import java.net.InetAddress;
import java.util.HexFormat;

/// A block of addresses, as `10.0.0.0/8` or `fc00::/7`.
///
/// @param first its first address, in hexadecimal: 8 digits for IPv4, 32 for IPv6
/// @param prefixBits how many leading bits its addresses share
public record Cidr(String first, int prefixBits) {
    private static final int BITS_PER_DIGIT = 4;
    private static final String NOT_A_BLOCK = "not a block of addresses such as 10.0.0.0/8: ";

    /// @throws IllegalArgumentException it is not a block; bits after the prefix must be 0, or it is a typing error
    public static Cidr parse(String text) {
        String[] halves = text.split("/", -1);
        if (halves.length != 2 || !halves[1].matches("[0-9]{1,3}")) {
            throw new IllegalArgumentException(NOT_A_BLOCK + text);
        }
        String first = digits(InetAddress.ofLiteral(halves[0]));
        int prefixBits = Integer.parseInt(halves[1]);
        if (prefixBits > first.length() * BITS_PER_DIGIT || !isZeroAfter(first, prefixBits)) {
            throw new IllegalArgumentException(NOT_A_BLOCK + text);
        }
        return new Cidr(first, prefixBits);
    }

    /// An IPv4 address is in no block of IPv6, however it may be written there: Java itself makes an IPv4 address of
    /// one
    /// that is mapped into IPv6.
    public boolean contains(InetAddress address) {
        String digits = digits(address);
        if (digits.length() != first.length()) {
            return false;
        }
        for (int bit = 0; bit < prefixBits; bit++) {
            if (bit(digits, bit) != bit(first, bit)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZeroAfter(String digits, int prefixBits) {
        for (int bit = prefixBits; bit < digits.length() * BITS_PER_DIGIT; bit++) {
            if (bit(digits, bit) != 0) {
                return false;
            }
        }
        return true;
    }

    private static String digits(InetAddress address) {
        return HexFormat.of().formatHex(address.getAddress());
    }

    private static int bit(String digits, int index) {
        int digit = HexFormat.fromHexDigit(digits.charAt(index / BITS_PER_DIGIT));
        return digit >> (BITS_PER_DIGIT - 1 - index % BITS_PER_DIGIT) & 1;
    }
}
