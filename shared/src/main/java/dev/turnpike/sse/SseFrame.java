package dev.turnpike.sse;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/// Bytes of one event in the making. It is itself a stream, so that a JSON generator can write into it.
public final class SseFrame extends OutputStream {
    private static final byte[] HEX = SseWriter.ascii("0123456789abcdef");
    private static final int FIRST_BYTES = 1024;

    private byte[] buffer = new byte[FIRST_BYTES];
    private int length;

    SseFrame() {}

    void reset() {
        length = 0;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(buffer, 0, length);
    }

    @Override
    public void write(int b) {
        room(1);
        buffer[length++] = (byte) b;
    }

    @Override
    public void write(byte[] bytes, int from, int count) {
        room(count);
        System.arraycopy(bytes, from, buffer, length, count);
        length += count;
    }

    public void bytes(byte[] bytes) {
        write(bytes, 0, bytes.length);
    }

    /// @param text characters below U+0080 only
    public void ascii(String text) {
        room(text.length());
        for (int i = 0; i < text.length(); i++) {
            buffer[length++] = (byte) text.charAt(i);
        }
    }

    public void number(long value) {
        ascii(Long.toString(value));
    }

    /// A JSON string with its quotes: control characters, quotes and backslashes escaped, the rest as UTF-8. A
    /// surrogate without its other half becomes U+FFFD.
    public void quoted(String text) {
        // A character takes six bytes at most: an escape such as \u001f.
        room(6 * text.length() + 2);
        byte[] to = buffer;
        int at = length;
        to[at++] = '"';
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 0x80) {
                if (c == '"' || c == '\\') {
                    to[at++] = '\\';
                }
                to[at++] = (byte) c;
            } else if (c < ' ') {
                at = escape(to, at, c);
            } else if (c < 0x800) {
                to[at++] = (byte) (0xc0 | (c >> 6));
                to[at++] = (byte) (0x80 | (c & 0x3f));
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                at = fourBytes(to, at, Character.toCodePoint(c, text.charAt(++i)));
            } else {
                at = threeBytes(to, at, Character.isSurrogate(c) ? '\uFFFD' : c);
            }
        }
        to[at++] = '"';
        length = at;
    }

    private static int escape(byte[] to, int at, char c) {
        to[at] = '\\';
        switch (c) {
            case '\n' -> to[at + 1] = 'n';
            case '\r' -> to[at + 1] = 'r';
            case '\t' -> to[at + 1] = 't';
            default -> {
                to[at + 1] = 'u';
                to[at + 2] = '0';
                to[at + 3] = '0';
                to[at + 4] = HEX[c >> 4];
                to[at + 5] = HEX[c & 15];
                return at + 6;
            }
        }
        return at + 2;
    }

    private static int threeBytes(byte[] to, int at, char c) {
        to[at] = (byte) (0xe0 | (c >> 12));
        to[at + 1] = (byte) (0x80 | ((c >> 6) & 0x3f));
        to[at + 2] = (byte) (0x80 | (c & 0x3f));
        return at + 3;
    }

    private static int fourBytes(byte[] to, int at, int point) {
        to[at] = (byte) (0xf0 | (point >> 18));
        to[at + 1] = (byte) (0x80 | ((point >> 12) & 0x3f));
        to[at + 2] = (byte) (0x80 | ((point >> 6) & 0x3f));
        to[at + 3] = (byte) (0x80 | (point & 0x3f));
        return at + 4;
    }

    private void room(int more) {
        if (buffer.length - length < more) {
            buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, length + more));
        }
    }
}
