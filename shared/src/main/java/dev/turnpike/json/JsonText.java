package dev.turnpike.json;

import static java.nio.charset.StandardCharsets.UTF_8;

/// Makes text of bytes that are known to be JSON.
final class JsonText {
    private JsonText() {}

    /// What a string with escapes says.
    ///
    /// @param from behind its first quote
    /// @param to at its last
    static String unescaped(byte[] bytes, int from, int to) {
        var text = new StringBuilder(to - from);
        int start = from;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\\') {
                text.append(new String(bytes, start, i - start, UTF_8));
                i++;
                if (bytes[i] == 'u') {
                    text.append((char) hex(bytes, i + 1));
                    i += 4;
                } else {
                    text.append(meant(bytes[i]));
                }
                start = i + 1;
            }
        }
        return text.append(new String(bytes, start, to - start, UTF_8)).toString();
    }

    /// Four digits; negative when they are not.
    static int hex(byte[] bytes, int from) {
        int value = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = bytes[i] < 0 ? -1 : Character.digit(bytes[i], 16);
            value = value < 0 || digit < 0 ? -1 : value << 4 | digit;
        }
        return value;
    }

    /// What a letter behind a backslash means; 0 for one that means nothing there.
    static char meant(byte letter) {
        return switch (letter) {
            case '"', '\\', '/' -> (char) letter;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> 0;
        };
    }

    /// A value without the spaces around its parts.
    static String withoutSpace(byte[] bytes, int from, int to) {
        var text = new StringBuilder(to - from);
        int start = from;
        boolean quoted = false;
        for (int i = from; i < to; i++) {
            byte next = bytes[i];
            if (quoted && next == '\\') {
                i++; // what it hides is no quote
            } else if (next == '"') {
                quoted = !quoted;
            } else if (!quoted && next <= ' ' && next >= 0) {
                text.append(new String(bytes, start, i - start, UTF_8));
                start = i + 1;
            }
        }
        return text.append(new String(bytes, start, to - start, UTF_8)).toString();
    }
}
