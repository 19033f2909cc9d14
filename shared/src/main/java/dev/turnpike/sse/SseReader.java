package dev.turnpike.sse;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Reads server-sent events as the WHATWG specification parses them, with two differences: what the input ends in is an
/// event even without its blank line (servers forget it), and `id` and `retry` are ignored (nothing here reconnects).
///
/// An event's data is a slice of the reader's own buffer, so that reading allocates nothing. It holds until [#next].
public final class SseReader {
    /// Most bytes that an event may take, all its lines together.
    public static final int MAX_EVENT_BYTES = 8 << 20;

    private static final byte[] DATA = "data".getBytes(US_ASCII);
    private static final byte[] EVENT = "event".getBytes(US_ASCII);
    private static final byte[] BYTE_ORDER_MARK = "\uFEFF".getBytes(UTF_8);
    private static final int NONE = -1;

    private final InputStream in;
    private byte[] buffer = new byte[16 << 10];
    private int lineStart;
    private int position; // next byte to look at
    private int end; // end of the bytes read so far
    private int dataStart = NONE;
    private int dataEnd;
    private String event = "";
    private boolean firstLine = true;
    private boolean afterCr; // a line feed here belongs to the line end before it
    private boolean atEnd;

    public SseReader(InputStream in) {
        this.in = in;
    }

    /// Blocks for the next event that has data, be it empty data; false at the end of the input.
    ///
    /// @throws EventTooLongException the reader is of no use after it
    public boolean next() throws IOException {
        dataStart = NONE;
        event = "";
        while (!atEnd) {
            int lineEnd = readLine();
            if (lineEnd > lineStart) {
                field(lineEnd);
            } else if (dataStart != NONE) {
                return true;
            } else {
                event = "";
            }
        }
        return dataStart != NONE;
    }

    /// The event's name; empty when it has none.
    public String event() {
        return event;
    }

    /// Holds the data, in UTF-8, from [#offset] on.
    public byte[] buffer() {
        return buffer;
    }

    public int offset() {
        return dataStart;
    }

    public int length() {
        return dataEnd - dataStart;
    }

    public String data() {
        return new String(buffer, dataStart, length(), UTF_8);
    }

    /// Whether the input ended before the event's blank line: it may be half an event.
    public boolean endedEarly() {
        return atEnd;
    }

    /// Returns the end of the next line, which begins at `lineStart`; what the input ends in counts as a line.
    private int readLine() throws IOException {
        lineStart = position;
        while (position < end || fill()) {
            position = skipText();
            if (position == end) {
                continue;
            }
            byte next = buffer[position++];
            if (next == '\n' && afterCr && position - 1 == lineStart) {
                afterCr = false;
                lineStart = position;
            } else if (next == '\n' || next == '\r') {
                afterCr = next == '\r';
                return position - 1;
            }
        }
        atEnd = true;
        return end;
    }

    /// Returns where the next byte is that may end a line. Most of the time goes by here.
    private int skipText() {
        byte[] bytes = buffer;
        int last = end;
        int at = position;
        while (at < last && (bytes[at] & 0xFF) > '\r') {
            at++;
        }
        return at;
    }

    /// Reads more, after moving what is still needed to the front of the buffer; false at the end of the input.
    private boolean fill() throws IOException {
        int unneeded = dataStart == NONE ? lineStart : dataStart;
        System.arraycopy(buffer, unneeded, buffer, 0, end - unneeded);
        lineStart -= unneeded;
        position -= unneeded;
        end -= unneeded;
        dataEnd -= unneeded;
        dataStart = dataStart == NONE ? NONE : 0;
        if (end == buffer.length) {
            if (end == MAX_EVENT_BYTES) {
                throw new EventTooLongException();
            }
            buffer = Arrays.copyOf(buffer, Math.min(2 * end, MAX_EVENT_BYTES));
        }
        int count = in.read(buffer, end, buffer.length - end);
        end += Math.max(count, 0);
        return count > 0;
    }

    /// A comment is a field with an empty name: skipped, as any unknown field is.
    private void field(int lineEnd) {
        boolean marked = firstLine && lineEnd - lineStart >= 3 && matches(BYTE_ORDER_MARK, lineStart, lineStart + 3);
        firstLine = false;
        int name = marked ? lineStart + 3 : lineStart;
        int colon = name;
        while (colon < lineEnd && buffer[colon] != ':') {
            colon++;
        }
        int value = Math.min(colon + 1, lineEnd);
        value += value < lineEnd && buffer[value] == ' ' ? 1 : 0;
        if (matches(DATA, name, colon)) {
            addData(value, lineEnd);
        } else if (matches(EVENT, name, colon)) {
            event = new String(buffer, value, lineEnd - value, UTF_8);
        }
    }

    /// Further lines move up to the first, over their own field name, which is why there is always room.
    private void addData(int from, int to) {
        if (dataStart == NONE) {
            dataStart = from;
            dataEnd = to;
            return;
        }
        buffer[dataEnd++] = '\n';
        System.arraycopy(buffer, from, buffer, dataEnd, to - from);
        dataEnd += to - from;
    }

    private boolean matches(byte[] word, int from, int to) {
        return Arrays.equals(buffer, from, to, word, 0, word.length);
    }
}
