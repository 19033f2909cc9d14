package dev.turnpike.model;

/// Text that a model writes piece by piece, made well-formed on its way.
///
/// A surrogate without its other half becomes one U+FFFD. A high surrogate at the end of a piece waits for the next
/// piece, which may bring the low one. So the pieces shown are, joined, exactly the text that is kept.
final class ModelText {
    private static final char REPLACEMENT = '\uFFFD';
    private static final char NONE = 0;

    private final StringBuilder shown = new StringBuilder();
    private char held = NONE;

    /// Returns what can be shown now; empty when that is nothing.
    String append(String piece) {
        if (piece.isEmpty()) {
            return piece;
        }
        String whole = held == NONE ? piece : held + piece;
        int end = whole.length();
        char last = whole.charAt(end - 1);
        held = Character.isHighSurrogate(last) ? last : NONE;
        String next = wellFormed(held == NONE ? whole : whole.substring(0, end - 1));
        shown.append(next);
        return next;
    }

    /// Returns what was still held back; nothing more will come.
    String end() {
        if (held == NONE) {
            return "";
        }
        held = NONE;
        shown.append(REPLACEMENT);
        return String.valueOf(REPLACEMENT);
    }

    boolean isBlank() {
        return shown.chars().allMatch(Character::isWhitespace);
    }

    @Override
    public String toString() {
        return shown.toString();
    }

    /// The text itself, or a copy in which each lone surrogate is one U+FFFD.
    static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return replaceLoneSurrogates(text);
            }
        }
        return text;
    }

    private static String replaceLoneSurrogates(String text) {
        var result = new StringBuilder(text.length());
        text.codePoints().forEach(point -> result.appendCodePoint(isSurrogate(point) ? REPLACEMENT : point));
        return result.toString();
    }

    /// A code point in the surrogate range is one that found no other half.
    private static boolean isSurrogate(int point) {
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    }
}
