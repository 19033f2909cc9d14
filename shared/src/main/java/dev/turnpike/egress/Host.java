package dev.turnpike.egress;

import java.net.IDN;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A URL's host in the one form that it has here: a name in lower case, in ASCII and without a dot at its
/// end, or an address.
///
/// Addresses have one spelling only. What else old libraries take for one (`2130706433`, `127.1`,
/// `0177.0.0.1`, `0x7f000001`) is refused, and no resolver gets to see it.
///
/// Sources: RFC 1123, section 2.1, and RFC 5890 for names; the WHATWG's URL standard, section 3.5, for what
/// ends in a number and can therefore not be a name.
///
/// @param name the name, or the address as text without brackets
/// @param address null for a name
record Host(String name, @Nullable InetAddress address) {
    private static final Pattern LABELS = Pattern.compile("(?!-)[a-z0-9-]{1,63}(?<!-)(\\.(?!-)[a-z0-9-]{1,63}(?<!-))*");
    private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)");
    private static final Pattern OCTET = Pattern.compile("0|[1-9][0-9]{0,2}");
    private static final Pattern IPV6 = Pattern.compile("\\[[0-9a-fA-F:.]+\\]");
    private static final int LONGEST_NAME = 253;
    private static final int OCTETS = 4;

    /// @throws EgressException it is none
    static Host read(String text) throws EgressException {
        return text.startsWith("[") ? ipv6(text) : nameOrIpv4(text);
    }

    private static Host ipv6(String text) throws EgressException {
        if (!IPV6.matcher(text).matches()) {
            throw malformed();
        }
        String inside = text.substring(1, text.length() - 1);
        try {
            InetAddress address = Inet6Address.ofLiteral(inside);
            return new Host(address.getHostAddress(), address);
        } catch (IllegalArgumentException _) {
            throw malformed();
        }
    }

    private static Host nameOrIpv4(String text) throws EgressException {
        String name = canonical(text);
        if (ENDS_IN_NUMBER.matcher(name).matches()) {
            return ipv4(name);
        }
        if (name.length() > LONGEST_NAME || !LABELS.matcher(name).matches()) {
            throw malformed();
        }
        return new Host(name, null);
    }

    /// Other writing systems have digits and full stops, too, which become ASCII here before anybody looks at
    /// them.
    private static String canonical(String text) throws EgressException {
        try {
            String ascii = IDN.toASCII(text).toLowerCase(Locale.ROOT);
            return ascii.endsWith(".") ? ascii.substring(0, ascii.length() - 1) : ascii;
        } catch (IllegalArgumentException _) {
            throw malformed();
        }
    }

    private static Host ipv4(String text) throws EgressException {
        String[] octets = text.split("\\.", -1);
        boolean plain = octets.length == OCTETS;
        for (String octet : octets) {
            plain = plain && OCTET.matcher(octet).matches() && Integer.parseInt(octet) <= 255;
        }
        if (!plain) {
            throw malformed();
        }
        return new Host(text, InetAddress.ofLiteral(text));
    }

    /// As it stands in a URL.
    String written() {
        return address instanceof Inet6Address ? "[" + name + "]" : name;
    }

    static EgressException malformed() {
        return WebUrl.refused("its host must be a name, or an address such as 192.0.2.1 or [2001:db8::1]");
    }
}
