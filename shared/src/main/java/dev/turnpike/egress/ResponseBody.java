package dev.turnpike.egress;

import dev.turnpike.egress.EgressException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.HexFormat;
import java.util.Optional;

/// Reads the body of an answer in HTTP/1.1, up to a size.
///
/// Bytes are taken as they come. Plain ones were asked for; compressed ones are refused, so none are ever unpacked.
///
/// Source: RFC 9112, sections 6 and 7.
final class ResponseBody {
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int LONGEST_LINE = 4 * 1024;
    private static final int MOST_HEX_DIGITS = 15;

    private final InputStream in;
    private final int mostBytes;
    private final ByteArrayOutputStream taken;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    private ResponseBody(InputStream in, int mostBytes, ByteArrayOutputStream taken) {
        this.in = in;
        this.mostBytes = mostBytes;
        this.taken = taken;
    }

    /// @param taken empty; gets the body
    /// @throws EgressException it is larger, or in a form that is not read
    /// @throws IOException it is cut off
    static void read(InputStream in, ResponseHead head, int mostBytes, ByteArrayOutputStream taken)
            throws IOException, EgressException {
        if (!isPlain(head.header("content-encoding"), "identity")) {
            throw new EgressException(Reason.UNREADABLE, "its server compresses what was asked for plain");
        }
        var body = new ResponseBody(in, mostBytes, taken);
        Optional<String> transfer = head.header("transfer-encoding");
        if (transfer.isPresent()) {
            if (!isPlain(transfer, "chunked")) {
                throw EgressException.unreadable();
            }
            body.chunks();
        } else if (head.header("content-length").isPresent()) {
            body.exactly(length(head.header("content-length").get()));
        } else {
            body.toEnd();
        }
    }

    private static boolean isPlain(Optional<String> encoding, String plain) {
        return encoding.isEmpty() || encoding.get().equalsIgnoreCase(plain);
    }

    private void chunks() throws IOException, EgressException {
        for (long size = chunkSize(); size > 0; size = chunkSize()) {
            exactly(size);
            skipLine();
        }
    }

    /// Byte by byte, because there may be as many chunks as bytes.
    private long chunkSize() throws IOException {
        long size = 0;
        int digits = 0;
        int next = in.read();
        for (; HexFormat.isHexDigit(next); next = in.read()) {
            size = size << 4 | HexFormat.fromHexDigit(next);
            digits++;
        }
        if (digits == 0 || digits > MOST_HEX_DIGITS) {
            throw new ProtocolException("not a length");
        }
        if (next != '\n') {
            skipLine();
        }
        return size;
    }

    private void skipLine() throws IOException {
        int left = LONGEST_LINE;
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || left-- == 0) {
                throw new EOFException("cut off between chunks");
            }
        }
    }

    private static long length(String digits) throws ProtocolException {
        if (!digits.matches("[0-9]{1,18}")) {
            throw new ProtocolException("not a length");
        }
        return Long.parseLong(digits);
    }

    /// What is announced to be too large is not even begun.
    private void exactly(long bytes) throws IOException, EgressException {
        require(bytes);
        long left = bytes;
        while (left > 0) {
            int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (count < 0) {
                throw new EOFException("cut off in the body");
            }
            taken.write(buffer, 0, count);
            left -= count;
        }
    }

    private void toEnd() throws IOException, EgressException {
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            require(count);
            taken.write(buffer, 0, count);
        }
    }

    private void require(long more) throws EgressException {
        if (more > mostBytes - taken.size()) {
            throw new EgressException(Reason.TOO_LARGE, "it has more than " + mostBytes + " bytes");
        }
    }
}
