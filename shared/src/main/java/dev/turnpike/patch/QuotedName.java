package dev.turnpike.patch;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Names as Git quotes them: backslashes before quotes and backslashes, and bytes in octal digits.
final class QuotedName {
    private QuotedName() {}

    /// @param quoted what is between the quotes
    static String read(String quoted) {
        var bytes = new ByteArrayOutputStream();
        int i = 0;
        while (i < quoted.length()) {
            char character = quoted.charAt(i);
            if (character != '\\' || i + 1 >= quoted.length()) {
                int end = quoted.offsetByCodePoints(i, 1);
                bytes.writeBytes(quoted.substring(i, end).getBytes(StandardCharsets.UTF_8));
                i = end;
            } else if (isOctal(quoted, i + 1)) {
                bytes.write(Integer.parseInt(quoted, i + 1, i + 4, 8));
                i += 4;
            } else {
                bytes.write(escaped(quoted.charAt(i + 1)));
                i += 2;
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static boolean isOctal(String text, int from) {
        return from + 3 <= text.length() && text.substring(from, from + 3).matches("[0-3][0-7]{2}");
    }

    private static char escaped(char character) {
        return switch (character) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            default -> character;
        };
    }
}
