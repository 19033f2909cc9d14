package dev.turnpike.egress;

import dev.turnpike.egress.EgressException.Reason;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An https URL that may be fetched, taken apart once: whoever connects, verifies and asks uses these parts and never
/// reads the text again, so nobody can read it differently.
///
/// @param host canonical, see [Host]
/// @param target path and query as they are sent, in ASCII
record HttpsUrl(Host host, int port, String target) {
    private static final String SCHEME = "https://";
    private static final int HTTPS_PORT = 443;
    private static final int LONGEST = 8_192;
    private static final Pattern ANY_SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*:.*", Pattern.DOTALL);
    private static final Pattern STRAY_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[^\\]]*\\]|[^:\\[\\]]*)(?::([0-9]{1,5}))?");

    /// What may stand in a path or query as it is; the rest is escaped as its bytes in UTF-8.
    private static final String PLAIN = "-._~!$&'()*+,;=:@/?%";

    /// @throws EgressException it is not a URL that is fetched
    static HttpsUrl read(String text, Set<Integer> ports) throws EgressException {
        if (!text.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            throw refused("only https URLs are fetched");
        }
        if (text.length() > LONGEST) {
            throw refused("a URL may have " + LONGEST + " characters");
        }
        int end = endOfAuthority(text);
        String authority = text.substring(SCHEME.length(), end);
        if (authority.indexOf('@') >= 0) {
            throw refused("nobody is logged in: leave out the name and password before '@'");
        }
        Matcher parts = AUTHORITY.matcher(authority);
        if (!parts.matches()) {
            throw Host.malformed();
        }
        int port = parts.group(2) == null ? HTTPS_PORT : Integer.parseInt(parts.group(2));
        if (!ports.contains(port)) {
            throw refused("its port must be " + HTTPS_PORT);
        }
        return new HttpsUrl(Host.read(parts.group(1)), port, target(text.substring(end)));
    }

    private static int endOfAuthority(String text) {
        int end = SCHEME.length();
        // Browsers take a backslash for a slash. Here it belongs to the host, where it is refused.
        while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    /// @param rest from the path on, with the fragment, which is nobody's but the caller's
    private static String target(String rest) throws EgressException {
        int fragment = rest.indexOf('#');
        String sent = fragment < 0 ? rest : rest.substring(0, fragment);
        var target = new StringBuilder(sent.startsWith("/") ? "" : "/");
        for (byte b : sent.getBytes(StandardCharsets.UTF_8)) {
            int c = b & 0xff;
            if (c < ' ' || c == 0x7f) {
                throw refused("it has control characters");
            }
            boolean letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            if (letter || PLAIN.indexOf(c) >= 0) {
                target.append((char) c);
            } else {
                target.append('%').append("0123456789ABCDEF".charAt(c >> 4)).append("0123456789ABCDEF".charAt(c & 15));
            }
        }
        return target.toString();
    }

    /// Where a redirect from here leads.
    ///
    /// Source: RFC 3986, section 5.2.
    ///
    /// @param location absolute, or relative to this URL
    /// @throws EgressException nothing is fetched there
    HttpsUrl redirected(String location, Set<Integer> ports) throws EgressException {
        if (ANY_SCHEME.matcher(location).matches()) {
            return read(location, ports);
        }
        if (location.startsWith("//")) {
            return read("https:" + location, ports);
        }
        String path = target.split("\\?", 2)[0];
        if (location.startsWith("?")) {
            return new HttpsUrl(host, port, target(path + location));
        }
        try {
            String escaped = target(location).substring(location.startsWith("/") ? 0 : 1);
            URI resolved = URI.create(sound(path)).resolve(sound(escaped));
            return new HttpsUrl(host, port, resolved.toString());
        } catch (IllegalArgumentException _) {
            throw refused("it redirects to what is no URL");
        }
    }

    private static String sound(String escaped) {
        return STRAY_PERCENT.matcher(escaped).replaceAll("%25");
    }

    /// What the `Host` header says.
    String hostHeader() {
        return host.written() + (port == HTTPS_PORT ? "" : ":" + port);
    }

    static EgressException refused(String why) {
        return new EgressException(Reason.URL, why);
    }
}
