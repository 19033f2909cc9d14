package dev.turnpike.egress;

import dev.turnpike.egress.EgressException.Reason;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A URL that may be asked, taken apart once: whoever connects, verifies and asks uses these parts and never
/// reads the text again, so nobody can read it differently.
///
/// @param tls whether it is https, as every URL of a caller or a model is
/// @param host canonical, see [Host]
/// @param target path and query as they are sent, in ASCII
record WebUrl(boolean tls, Host host, int port, String target) {
    private static final String HTTPS = "https://";
    private static final String HTTP = "http://";
    private static final int HTTPS_PORT = 443;
    private static final int HTTP_PORT = 80;
    private static final int LONGEST = 8_192;
    private static final Pattern ANY_SCHEME = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*:.*", Pattern.DOTALL);
    private static final Pattern STRAY_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[^\\]]*\\]|[^:\\[\\]]*)(?::([0-9]{1,5}))?");

    /// What may stand in a path or query as it is; the rest is escaped as its bytes in UTF-8.
    private static final String PLAIN = "-._~!$&'()*+,;=:@/?%";

    /// @throws EgressException it is not a URL that is fetched
    static WebUrl read(String text, Set<Integer> ports) throws EgressException {
        if (!beginsWith(text, HTTPS)) {
            throw refused("only https URLs are fetched");
        }
        return read(true, text, HTTPS.length(), ports);
    }

    /// The same of a URL that the operator wrote, which may be http. Where that may lead is a question of
    /// addresses.
    static WebUrl readOwn(String text, Set<Integer> ports) throws EgressException {
        return beginsWith(text, HTTP) ? read(false, text, HTTP.length(), ports) : read(text, ports);
    }

    private static boolean beginsWith(String text, String scheme) {
        return text.regionMatches(true, 0, scheme, 0, scheme.length());
    }

    private static WebUrl read(boolean tls, String text, int start, Set<Integer> ports) throws EgressException {
        if (text.length() > LONGEST) {
            throw refused("a URL may have " + LONGEST + " characters");
        }
        int end = endOfAuthority(text, start);
        String authority = text.substring(start, end);
        if (authority.indexOf('@') >= 0) {
            throw refused("nobody is logged in: leave out the name and password before '@'");
        }
        Matcher parts = AUTHORITY.matcher(authority);
        if (!parts.matches()) {
            throw Host.malformed();
        }
        int port = parts.group(2) == null ? usualPort(tls) : Integer.parseInt(parts.group(2));
        if (!ports.contains(port)) {
            throw refused("its port must be " + HTTPS_PORT);
        }
        return new WebUrl(tls, Host.read(parts.group(1)), port, target(text.substring(end)));
    }

    private static int usualPort(boolean tls) {
        return tls ? HTTPS_PORT : HTTP_PORT;
    }

    private static int endOfAuthority(String text, int start) {
        int end = start;
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
    WebUrl redirected(String location, Set<Integer> ports) throws EgressException {
        if (ANY_SCHEME.matcher(location).matches()) {
            return read(location, ports);
        }
        if (location.startsWith("//")) {
            // A server that is asked in the clear sends nobody elsewhere in the clear.
            return read("https:" + location, ports);
        }
        String path = target.split("\\?", 2)[0];
        if (location.startsWith("?")) {
            return new WebUrl(tls, host, port, target(path + location));
        }
        try {
            String escaped = target(location).substring(location.startsWith("/") ? 0 : 1);
            URI resolved = URI.create(sound(path)).resolve(sound(escaped));
            return new WebUrl(tls, host, port, resolved.toString());
        } catch (IllegalArgumentException _) {
            throw refused("it redirects to what is no URL");
        }
    }

    private static String sound(String escaped) {
        return STRAY_PERCENT.matcher(escaped).replaceAll("%25");
    }

    /// What the `Host` header says.
    String hostHeader() {
        return host.written() + (port == usualPort(tls) ? "" : ":" + port);
    }

    boolean sameOrigin(WebUrl other) {
        return tls == other.tls && port == other.port && host.name().equals(other.host.name());
    }

    static EgressException refused(String why) {
        return new EgressException(Reason.URL, why);
    }
}
