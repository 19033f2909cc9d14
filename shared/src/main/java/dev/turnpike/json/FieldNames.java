package dev.turnpike.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/// The names of fields that were seen: the same few in every chunk of a stream, and in the same order, so that each is
/// made once, and mostly not even looked for.
///
/// Names that share a place push each other out, and so it never grows.
final class FieldNames {
    private static final int PLACES = 128;
    private static final int NONE = -1;

    private final byte[][] written = new byte[PLACES][];
    private final String[] names = new String[PLACES];
    private final int[] followers = new int[PLACES]; // the place of the name that came after the one of this place
    private int last;

    /// Whether the name that was last followed by another is so again.
    ///
    /// @param from behind the first quote of a name
    /// @return where its last quote is, and then [#last] is the name; negative when it is another
    int expected(byte[] bytes, int from, int end) {
        byte[] known = written[followers[last]];
        int to = known == null ? end : from + known.length;
        if (to >= end || bytes[to] != '"' || !Arrays.equals(known, 0, known.length, bytes, from, to)) {
            return NONE;
        }
        last = followers[last];
        return to;
    }

    String last() {
        return names[last];
    }

    /// The name of which these are the bytes, without a quote or an escape among them.
    String of(byte[] bytes, int from, int to) {
        int place = place(bytes, from, to);
        byte[] known = written[place];
        if (known == null || !Arrays.equals(known, 0, known.length, bytes, from, to)) {
            written[place] = Arrays.copyOfRange(bytes, from, to);
            names[place] = new String(bytes, from, to - from, UTF_8);
        }
        followers[last] = place;
        last = place;
        return names[place];
    }

    private static int place(byte[] bytes, int from, int to) {
        if (from == to) {
            return 0;
        }
        int mix = bytes[from] * 31 + bytes[to - 1] * 7 + bytes[(from + to) / 2] + (to - from);
        return mix & (PLACES - 1);
    }
}
