package dev.turnpike.egress;

import dev.turnpike.egress.EgressException.Reason;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ProtocolException;
import java.util.HexFormat;
import java.util.Optional;

/// The body of an answer in HTTP/1.1, up to its end or for as long as somebody reads.
///
/// Bytes are taken as they come. Plain ones were asked for; compressed ones are refused, so none are ever
/// unpacked.
///
/// Source: RFC 9112, sections 6 and 7.
final class ResponseBody extends InputStream {
    private static final int LONGEST_LINE = 4 * 1024;
    private static final int MOST_HEX_DIGITS = 15;

    private final InputStream in;
    private final Framing framing;
    private long left; // bytes of the body, or of the chunk, that are still to come
    private boolean ended;

    private enum Framing {
        CHUNKS,
        LENGTH,
        /// Up to where the server closes the connection.
        END
    }

    private ResponseBody(InputStream in, Framing framing, long left) {
        this.in = in;
        this.framing = framing;
        this.left = left;
    }

    /// @param in behind the head
    /// @throws EgressException it is in a form that is not read
    static ResponseBody of(InputStream in, ResponseHead head) throws IOException, EgressException {
        if (hasNone(head.status())) {
            return new ResponseBody(in, Framing.LENGTH, 0);
        }
        if (!isPlain(head.header("content-encoding"), "identity")) {
            throw new EgressException(Reason.UNREADABLE, "its server compresses what was asked for plain");
        }
        Optional<String> transfer = head.header("transfer-encoding");
        if (transfer.isPresent()) {
            if (!isPlain(transfer, "chunked")) {
                throw EgressException.unreadable();
            }
            return new ResponseBody(in, Framing.CHUNKS, 0);
        }
        Optional<String> length = head.header("content-length");
        return length.isPresent()
                ? new ResponseBody(in, Framing.LENGTH, length(length.get()))
                : new ResponseBody(in, Framing.END, Long.MAX_VALUE);
    }

    private static boolean hasNone(int status) {
        return status == 204 || status == 304;
    }

    private static boolean isPlain(Optional<String> encoding, String plain) {
        return encoding.isEmpty() || encoding.get().equalsIgnoreCase(plain);
    }

    private static long length(String digits) throws ProtocolException {
        if (!digits.matches("[0-9]{1,18}")) {
            throw new ProtocolException("not a length");
        }
        return Long.parseLong(digits);
    }

    /// All of it.
    ///
    /// @throws EgressException it is larger; what is announced to be too large is not even begun
    byte[] upTo(int mostBytes) throws IOException, EgressException {
        boolean announced = framing == Framing.LENGTH && left > mostBytes;
        byte[] bytes = announced ? new byte[0] : readNBytes(mostBytes + 1);
        if (announced || bytes.length > mostBytes) {
            throw new EgressException(Reason.TOO_LARGE, "it has more than " + mostBytes + " bytes");
        }
        return bytes;
    }

    @Override
    public int read() throws IOException {
        var one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (framing == Framing.CHUNKS && left == 0 && !ended) {
            left = chunkSize();
        }
        if (ended || left == 0) {
            ended = true;
            return -1;
        }
        int count = in.read(buffer, offset, (int) Math.min(left, length));
        if (count < 0) {
            return end();
        }
        left -= count;
        if (framing == Framing.CHUNKS && left == 0) {
            skipLine();
        }
        return count;
    }

    private int end() throws EOFException {
        if (framing != Framing.END) {
            throw new EOFException("cut off in the body");
        }
        ended = true;
        return -1;
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
        int skipped = 0;
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0 || skipped++ == LONGEST_LINE) {
                throw new EOFException("cut off between chunks");
            }
        }
    }
}
