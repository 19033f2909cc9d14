package dev.turnpike.tool;

import java.nio.charset.StandardCharsets;

/// Text on its way from a tool to the model: bounded, and valid in every encoding.
public final class ToolText {
    public static final int MAX_CHARS = 100_000;

    private ToolText() {}

    /// The text with U+FFFD for every NUL and lone surrogate, cut with a notice where it is too long.
    public static String forModel(String text) {
        if (text.length() <= MAX_CHARS) {
            return wellFormed(text);
        }
        String notice = "[Cut: these are the first %,d of %,d characters.]".formatted(MAX_CHARS, text.length());
        return wellFormed(head(text, MAX_CHARS)) + "\n" + notice;
    }

    /// The first `chars` characters, or one less where a surrogate pair would be split.
    public static String head(String text, int chars) {
        if (text.length() <= chars) {
            return text;
        }
        boolean splits =
                Character.isHighSurrogate(text.charAt(chars - 1)) && Character.isLowSurrogate(text.charAt(chars));
        return text.substring(0, splits ? chars - 1 : chars);
    }

    public static String wellFormed(String text) {
        // UTF-16 has no bytes for a lone surrogate, and its encoder puts U+FFFD there.
        String paired = new String(text.getBytes(StandardCharsets.UTF_16BE), StandardCharsets.UTF_16BE);
        return paired.replace('\0', '\ufffd');
    }
}
