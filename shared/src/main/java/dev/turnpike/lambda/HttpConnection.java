package dev.turnpike.lambda;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// One connection to the Runtime API, in as much of HTTP/1.1 as that speaks.
///
/// A plain socket, because no HTTP client of the JDK can send a body piece by piece *and* trailers after it.
final class HttpConnection implements Closeable {
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;

    private final Socket socket;
    private final InputStream input;
    private final OutputStream output;

    private HttpConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.input = new BufferedInputStream(socket.getInputStream());
        this.output = socket.getOutputStream();
    }

    static HttpConnection open(InetSocketAddress address) throws IOException {
        var socket = new Socket();
        try {
            // Each write is a whole piece that the client waits for: never hold one back to join it with the next.
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            socket.connect(address, CONNECT_TIMEOUT_MILLIS);
            return new HttpConnection(socket);
        } catch (IOException unreachable) {
            socket.close();
            throw unreachable;
        }
    }

    /// Sends the bytes in one write: unbuffered, so that they are on their way when this returns.
    void send(byte[] bytes, int offset, int length) throws IOException {
        output.write(bytes, offset, length);
    }

    /// Reads one answer to its end, however long it takes to come: waiting is what `/next` is for.
    HttpAnswer receive() throws IOException {
        int status = readStatus();
        Map<String, String> headers = readHeaders();
        return new HttpAnswer(status, headers, readBody(status, headers));
    }

    private int readStatus() throws IOException {
        String line = readLine();
        String[] parts = line.split(" ", 3);
        if (parts.length < 2 || !parts[0].startsWith("HTTP/1.")) {
            throw new ProtocolException("Not an HTTP status line: " + line);
        }
        return parseNumber(parts[1], 10);
    }

    private Map<String, String> readHeaders() throws IOException {
        var headers = new HashMap<String, String>();
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
                headers.put(name, line.substring(colon + 1).strip());
            }
        }
        return headers;
    }

    private byte[] readBody(int status, Map<String, String> headers) throws IOException {
        if (status == 204) {
            return new byte[0];
        }
        if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            return readChunks();
        }
        String length = headers.get("content-length");
        return length == null ? input.readAllBytes() : readExactly(parseNumber(length, 10));
    }

    private byte[] readChunks() throws IOException {
        var body = new ByteArrayOutputStream();
        for (int size = readChunkSize(); size > 0; size = readChunkSize()) {
            body.writeBytes(readExactly(size));
            readLine();
        }
        readHeaders(); // The trailers, none of which we know, and the empty line.
        return body.toByteArray();
    }

    private int readChunkSize() throws IOException {
        String line = readLine();
        int extension = line.indexOf(';');
        return parseNumber((extension < 0 ? line : line.substring(0, extension)).strip(), 16);
    }

    private static int parseNumber(String digits, int radix) throws ProtocolException {
        try {
            return Integer.parseUnsignedInt(digits, radix);
        } catch (NumberFormatException _) {
            throw new ProtocolException("Not a number: " + digits);
        }
    }

    private byte[] readExactly(int length) throws IOException {
        byte[] bytes = input.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("The Runtime API's answer breaks off");
        }
        return bytes;
    }

    private String readLine() throws IOException {
        var line = new ByteArrayOutputStream(80);
        for (int next = input.read(); next != '\n'; next = input.read()) {
            if (next < 0) {
                throw new EOFException("The Runtime API closed the connection");
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(ISO_8859_1);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException _) {
            // It is gone either way.
        }
    }
}
