package dev.turnpike.local;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A request to the Runtime API, whose body is read piece by piece as it arrives.
///
/// The JDK's own HTTP server refuses requests with trailers, and a streamed failure is told in them.
final class RuntimeRequest {
    private final String method;
    private final String path;
    private final Map<String, String> headers;
    private final InputStream input;
    private final boolean chunked;
    private int unread;

    private RuntimeRequest(String method, String path, Map<String, String> headers, InputStream input)
            throws ProtocolException {
        this.method = method;
        this.path = path;
        this.headers = headers;
        this.input = input;
        this.chunked = "chunked".equalsIgnoreCase(headers.get("Transfer-Encoding"));
        this.unread = chunked ? Integer.MAX_VALUE : parseSize(headers.getOrDefault("Content-Length", "0"), 10);
    }

    /// @return null if the connection ended where a request could have begun
    static @Nullable RuntimeRequest read(InputStream input) throws IOException {
        String first = readLine(input);
        if (first == null) {
            return null;
        }
        String[] parts = first.split(" ", -1);
        if (parts.length != 3) {
            throw new ProtocolException("Not an HTTP request line: " + first);
        }
        var headers = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        readHeaders(input, headers);
        return new RuntimeRequest(parts[0], parts[1], headers, input);
    }

    String method() {
        return method;
    }

    String path() {
        return path;
    }

    /// A header, or a trailer once the body has been read.
    @Nullable
    String header(String name) {
        return headers.get(name);
    }

    /// The next chunk as soon as it has arrived, or the whole of a body that is not chunked; null at its end.
    ///
    /// @throws EOFException if the connection ends before the body does
    byte @Nullable [] nextPiece() throws IOException {
        if (unread == 0) {
            return null;
        }
        if (!chunked) {
            byte[] whole = readExactly(unread);
            unread = 0;
            return whole;
        }
        int size = parseSize(requireLine(input), 16);
        if (size == 0) {
            unread = 0;
            readHeaders(input, headers);
            return null;
        }
        byte[] chunk = readExactly(size);
        requireLine(input);
        return chunk;
    }

    /// What is left of the body, once it is all there.
    byte[] body() throws IOException {
        var body = new ByteArrayOutputStream();
        for (byte[] piece = nextPiece(); piece != null; piece = nextPiece()) {
            body.writeBytes(piece);
        }
        return body.toByteArray();
    }

    void skipRest() throws IOException {
        while (nextPiece() != null) {
            // Not wanted.
        }
    }

    private static int parseSize(String digits, int radix) throws ProtocolException {
        try {
            return Integer.parseUnsignedInt(digits, radix);
        } catch (NumberFormatException _) {
            throw new ProtocolException("Not a size: " + digits);
        }
    }

    private byte[] readExactly(int size) throws IOException {
        byte[] bytes = input.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException("The request breaks off");
        }
        return bytes;
    }

    private static String requireLine(InputStream input) throws IOException {
        String line = readLine(input);
        if (line == null) {
            throw new EOFException("The request breaks off");
        }
        return line;
    }

    private static void readHeaders(InputStream input, Map<String, String> headers) throws IOException {
        for (String line = requireLine(input); !line.isEmpty(); line = requireLine(input)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        }
    }

    private static @Nullable String readLine(InputStream input) throws IOException {
        int next = input.read();
        if (next < 0) {
            return null;
        }
        var line = new StringBuilder(80);
        for (; next >= 0 && next != '\n'; next = input.read()) {
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }
}
