package dev.turnpike.egress;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A question to a server that the operator named.
///
/// @param method in capitals
/// @param headers go to the URL's own origin only, never to where it redirects
/// @param body sent in UTF-8; null for none
public record WebRequest(
        String method,
        String url,
        Map<String, String> headers,
        @Nullable String body) {
    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,16}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");
    private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e\\x80-\\xff]{0,8192}");

    /// What the connection says for itself, and what would let one question pass for two.
    private static final Set<String> RESERVED = Set.of(
            "host",
            "user-agent",
            "accept-encoding",
            "connection",
            "content-length",
            "transfer-encoding",
            "te",
            "trailer",
            "upgrade",
            "expect",
            "keep-alive");

    /// @throws IllegalArgumentException it would not be HTTP; the message repeats no value
    public WebRequest {
        headers = Map.copyOf(headers);
        if (!METHOD.matcher(method).matches()) {
            throw new IllegalArgumentException("not a method: " + method);
        }
        headers.forEach((name, value) -> {
            if (!isHeader(name, value)) {
                throw new IllegalArgumentException("not a header that can be sent: " + name);
            }
        });
    }

    /// Whether this can be sent along.
    public static boolean isHeader(String name, String value) {
        return NAME.matcher(name).matches()
                && !RESERVED.contains(name.toLowerCase(Locale.ROOT))
                && !name.toLowerCase(Locale.ROOT).startsWith("proxy-")
                && VALUE.matcher(value).matches();
    }

    /// Without what is only for the URL's own origin.
    WebRequest forStrangers() {
        return new WebRequest(method, url, Map.of(), body);
    }

    byte[] written(WebUrl at) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("Host", at.hostHeader());
        all.put("User-Agent", "turnpike");
        if (headers.keySet().stream().noneMatch("accept"::equalsIgnoreCase)) {
            all.put("Accept", "*/*");
        }
        all.put("Accept-Encoding", "identity");
        all.putAll(headers);
        byte[] content = body == null ? new byte[0] : body.getBytes(UTF_8);
        if (body != null) {
            all.put("Content-Length", "" + content.length);
        }
        all.put("Connection", "close");
        var head = new StringBuilder(method + " " + at.target() + " HTTP/1.1\r\n");
        all.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        var question = new ByteArrayOutputStream();
        question.writeBytes(head.append("\r\n").toString().getBytes(ISO_8859_1));
        question.writeBytes(content);
        return question.toByteArray();
    }
}
