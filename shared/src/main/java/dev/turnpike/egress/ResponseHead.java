package dev.turnpike.egress;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What comes before the body of an answer in HTTP/1.1.
///
/// Source: RFC 9112, sections 4 to 6.
///
/// @param headers by their names in lower case; the last of several
record ResponseHead(int status, Map<String, String> headers) {
    private static final int MOST_BYTES = 64 * 1024;

    /// @throws IOException it is not HTTP, is cut off or far too long
    static ResponseHead read(InputStream in) throws IOException {
        var lines = new Lines(in, MOST_BYTES);
        ResponseHead head = read(lines);
        // Interim answers, which say that the answer will come.
        while (head.status < 200) {
            head = read(lines);
        }
        return head;
    }

    private static ResponseHead read(Lines lines) throws IOException {
        String status = lines.next();
        if (!status.matches("HTTP/1\\.[0-9] [1-9][0-9]{2}( .*)?")) {
            throw new ProtocolException("no status line");
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = lines.next(); !line.isEmpty(); line = lines.next()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
        }
        return new ResponseHead(Integer.parseInt(status.substring(9, 12)), headers);
    }

    Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /// Lines that have so many bytes together at most.
    static final class Lines {
        private final InputStream in;
        private int left;

        Lines(InputStream in, int mostBytes) {
            this.in = in;
            this.left = mostBytes;
        }

        String next() throws IOException {
            var line = new ByteArrayOutputStream(80);
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    throw new EOFException("cut off in a line");
                }
                if (--left < 0) {
                    throw new ProtocolException("lines without end");
                }
                line.write(next);
            }
            String text = line.toString(StandardCharsets.UTF_8);
            return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        }
    }
}
