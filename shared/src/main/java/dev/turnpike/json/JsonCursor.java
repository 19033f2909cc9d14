package dev.turnpike.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/// Walks JSON of which nothing is sure but that it is JSON: a value of another type than the one asked for counts as
/// absent. One cursor reads many texts, one after another.
///
/// Whoever takes a field or an element reads its value with exactly one call: every method here that reads a value
/// begins at the value's first byte and ends behind its last.
///
/// ```java
/// for (String field = json.firstField(); field != null; field = json.nextField()) {
///     switch (field) {
///         case "name" -> name = json.string();
///         default -> json.skip();
///     }
/// }
/// ```
///
/// It reads RFC 8259 to the letter, for what is skipped too, but that a byte which is not UTF-8 becomes U+FFFD, as
/// event streams are decoded. A chunk of an answer brings a word, and a general parser spends most of its time, and
/// all of its memory, on making itself ready for it: hence a reader of our own, which is held against one in a test.
///
/// All methods throw [MalformedJsonException] where the bytes are not JSON, are nested too deep, or hold a number too
/// long.
public final class JsonCursor extends JsonScanner {
    private static final int MAX_DEPTH = 200;

    private final FieldNames names = new FieldNames();
    private int depth;

    /// Moves to the one object that the bytes must be. They are read where they are, and must stay until [#end].
    public void begin(byte[] json, int offset, int length) {
        place(json, offset, length);
        depth = 0;
        skipSpace();
        if (next() != '{') {
            throw new MalformedJsonException("not an object");
        }
    }

    public void end() {
        skipSpace();
        if (at < end) {
            throw new MalformedJsonException("more than one object");
        }
    }

    /// Null when the value has no fields.
    public @Nullable String firstField() {
        if (next() != '{') {
            skip();
            return null;
        }
        open();
        return closes('}') ? null : name();
    }

    public @Nullable String nextField() {
        if (closes('}')) {
            return null;
        }
        require(',');
        skipSpace();
        return name();
    }

    /// False when the value has no elements.
    public boolean firstElement() {
        if (next() != '[') {
            skip();
            return false;
        }
        open();
        return !closes(']');
    }

    public boolean nextElement() {
        if (closes(']')) {
            return false;
        }
        require(',');
        skipSpace();
        return true;
    }

    public void skip() {
        switch (next()) {
            case '{' -> {
                for (String field = firstField(); field != null; field = nextField()) {
                    skip();
                }
            }
            case '[' -> {
                for (boolean more = firstElement(); more; more = nextElement()) {
                    skip();
                }
            }
            case '"' -> passString();
            case 't' -> passWord("true");
            case 'f' -> passWord("false");
            case 'n' -> passWord("null");
            default -> passNumber();
        }
    }

    public boolean isString() {
        return next() == '"';
    }

    public boolean isObject() {
        return next() == '{';
    }

    public boolean isArray() {
        return next() == '[';
    }

    /// Empty for whatever is not a string.
    public String string() {
        if (!isString()) {
            skip();
            return "";
        }
        int from = at + 1;
        passString();
        return text(from, at - 1);
    }

    /// Whether it is this string, written without escapes. Makes none to compare it with.
    ///
    /// @param ascii without quotes and backslashes
    public boolean isString(String ascii) {
        int from = at + 1;
        boolean string = isString();
        skip();
        boolean same = string && at - 1 - from == ascii.length();
        for (int i = 0; same && i < ascii.length(); i++) {
            same = bytes[from + i] == ascii.charAt(i);
        }
        return same;
    }

    public int intOr(int fallback) {
        if (!isNumber()) {
            skip();
            return fallback;
        }
        double number = number();
        return whole && number == (int) number ? (int) number : fallback;
    }

    /// 0 for whatever is not a number, written as one or as a string.
    public double number() {
        boolean string = isString();
        int from = string ? at + 1 : at;
        boolean number = isNumber();
        skip();
        if (number) {
            return Double.parseDouble(text(from, at));
        }
        return string ? numberIn(text(from, at - 1).strip()) : 0;
    }

    /// Whether it says anything: not null, not false, not an empty string.
    public boolean truth() {
        byte first = next();
        int from = at;
        skip();
        return first != 'n' && first != 'f' && !(first == '"' && at - from == 2);
    }

    /// A string's text; any other value as JSON text without spaces; empty for null.
    public String stringOrJson() {
        byte first = next();
        if (first == '"' || first == 'n') {
            return string();
        }
        int from = at;
        skip();
        return JsonText.withoutSpace(bytes, from, at);
    }

    private boolean isNumber() {
        byte first = next();
        return first == '-' || isDigit(first);
    }

    private static double numberIn(String text) {
        try {
            return text.isEmpty() || !isDigit((byte) text.charAt(text.length() - 1)) ? 0 : Double.parseDouble(text);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    private void open() {
        at++;
        depth++;
        if (depth > MAX_DEPTH) {
            throw new MalformedJsonException("nested too deep");
        }
    }

    private boolean closes(char bracket) {
        skipSpace();
        if (next() != bracket) {
            return false;
        }
        at++;
        depth--;
        return true;
    }

    private String name() {
        String name = isString() ? expectedName() : null;
        if (name == null) {
            int from = at + 1;
            passString();
            name = escaped ? text(from, at - 1) : names.of(bytes, from, at - 1);
        }
        skipSpace();
        require(':');
        skipSpace();
        return name;
    }

    private @Nullable String expectedName() {
        int quote = names.expected(bytes, at + 1, end);
        if (quote < 0) {
            return null;
        }
        at = quote + 1;
        return names.last();
    }

    /// What is between the quotes of the string that was passed last, or a number as it is written.
    private String text(int from, int to) {
        return escaped ? JsonText.unescaped(bytes, from, to) : new String(bytes, from, to - from, UTF_8);
    }
}
