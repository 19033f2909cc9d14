package dev.turnpike.json;

import java.util.Arrays;

/// Passes over the single parts of JSON, and makes sure that they are such.
///
/// Above [JsonCursor], not beside it: where the next byte is would be a step further away from it.
abstract sealed class JsonScanner permits JsonCursor {
    private static final int MAX_NUMBER_LENGTH = 400;
    private static final boolean[] PLAIN = plain();

    byte[] bytes = {};
    int at; // next byte to look at
    int end;
    boolean escaped; // whether the last string has escapes; a number has none
    boolean whole; // whether the last number has neither fraction nor exponent

    void place(byte[] json, int offset, int length) {
        bytes = json;
        at = offset;
        end = offset + length;
    }

    void passString() {
        require('"');
        escaped = false;
        int i = plainEnd(at);
        while (i < end && bytes[i] != '"') {
            if (bytes[i] != '\\') {
                throw new MalformedJsonException("a control character in a string");
            }
            i = plainEnd(behindEscape(i));
        }
        if (i == end) {
            throw new MalformedJsonException("a string without end");
        }
        at = i + 1;
    }

    /// Returns where a string's next byte is that does not stand for itself. Most of the time goes by here.
    private int plainEnd(int from) {
        byte[] in = bytes;
        int last = end;
        int i = from;
        while (i < last && PLAIN[in[i] & 0xFF]) {
            i++;
        }
        return i;
    }

    private int behindEscape(int backslash) {
        escaped = true;
        byte letter = backslash + 1 < end ? bytes[backslash + 1] : 0;
        if (letter == 'u') {
            if (backslash + 6 > end || JsonText.hex(bytes, backslash + 2) < 0) {
                throw new MalformedJsonException("an escape without its digits");
            }
            return backslash + 6;
        }
        if (JsonText.meant(letter) == 0) {
            throw new MalformedJsonException("an unknown escape");
        }
        return backslash + 2;
    }

    /// Whether a byte stands for itself in a string, or for a part of a character beyond ASCII.
    private static boolean[] plain() {
        var plain = new boolean[256];
        Arrays.fill(plain, ' ', plain.length, true);
        plain['"'] = false;
        plain['\\'] = false;
        return plain;
    }

    void passWord(String word) {
        int length = word.length();
        boolean there = at + length <= end;
        for (int i = 0; there && i < length; i++) {
            there = bytes[at + i] == word.charAt(i);
        }
        if (!there) {
            throw unexpected();
        }
        at += length;
    }

    void passNumber() {
        int from = at;
        passIf('-');
        if (!passIf('0')) {
            passDigits();
        }
        whole = true;
        if (passIf('.')) {
            whole = false;
            passDigits();
        }
        if (passIf('e') || passIf('E')) {
            whole = false;
            boolean _ = passIf('+') || passIf('-');
            passDigits();
        }
        escaped = false;
        if (at - from > MAX_NUMBER_LENGTH) {
            throw new MalformedJsonException("a number that is too long");
        }
    }

    private void passDigits() {
        if (!isDigit(next())) {
            throw new MalformedJsonException("neither a value nor a number");
        }
        int i = at;
        while (i < end && isDigit(bytes[i])) {
            i++;
        }
        at = i;
    }

    private boolean passIf(char wanted) {
        boolean there = next() == wanted;
        at += there ? 1 : 0;
        return there;
    }

    void require(char wanted) {
        if (next() != wanted) {
            throw unexpected();
        }
        at++;
    }

    private static MalformedJsonException unexpected() {
        return new MalformedJsonException("not what must come here");
    }

    void skipSpace() {
        while (at < end && isSpace(bytes[at])) {
            at++;
        }
    }

    /// 0, which begins nothing, at the end.
    byte next() {
        return at < end ? bytes[at] : 0;
    }

    private static boolean isSpace(byte next) {
        return next == ' ' || next == '\n' || next == '\r' || next == '\t';
    }

    static boolean isDigit(byte next) {
        return next >= '0' && next <= '9';
    }
}
