package dev.turnpike.lambda;

import java.util.HexFormat;

/// The one thing that log lines, failure reports and answers of small functions need to write JSON; a library for it
/// would have to be loaded first.
public final class Json {
    private Json() {}

    /// Appends the text as a JSON string. A lone surrogate is escaped, for it has no UTF-8 form.
    public static void string(StringBuilder json, CharSequence text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                default -> {
                    if (c < ' ' || Character.isSurrogate(c)) {
                        json.append("\\u").append(HexFormat.of().toHexDigits(c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }
}
